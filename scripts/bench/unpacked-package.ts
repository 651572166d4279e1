import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { archiveName } from '../package/krew-manifest.ts';
import { readRelease } from '../package/release.ts';
import { PLATFORMS } from '../package/runtimes.ts';

/** What people install, and the Node.js inside of it. */
export interface UnpackedPackage {
  readonly program: string;
  readonly node: string;
  readonly remove: () => Promise<void>;
}

/** This machine's archive, unpacked. @throws Error where it is not made */
export function unpackPackage(): UnpackedPackage {
  const root = resolve(import.meta.dirname, '../..');
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const platform = PLATFORMS.find((one) => one.os === process.platform && one.arch === arch);
  if (platform === undefined) throw new Error(`no archive for ${process.platform}-${arch}`);
  const archive = join(root, 'dist/packages', archiveName(platform, readRelease(root)));
  if (!existsSync(archive)) throw new Error(`no ${archive}: npm run package`);
  const directory = mkdtempSync(join(tmpdir(), 'istio-upgrade-bench-'));
  const { status, stderr } = spawnSync('tar', ['-xzf', archive, '-C', directory], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${archive}: ${stderr}`);
  const remove = (): Promise<void> => rm(directory, { recursive: true });
  return { program: join(directory, 'kubectl-istio_upgrade'), node: join(directory, 'lib/node'), remove };
}
