// Prints how long the packaged program takes to answer, against its own Node.js with nothing to do: npm run package && node scripts/start-up.ts [ROUNDS]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { measureStartUp } from './measure/start-up.ts';
import { archiveName } from './package/krew-manifest.ts';
import { readRelease } from './package/release.ts';
import { PLATFORMS } from './package/runtimes.ts';

const ROOT = resolve(import.meta.dirname, '..');
const arch = process.arch === 'x64' ? 'amd64' : process.arch;
const platform = PLATFORMS.find((one) => one.os === process.platform && one.arch === arch);
if (platform === undefined) throw new Error(`no archive for ${process.platform}-${arch}`);

const work = mkdtempSync(join(tmpdir(), 'istio-upgrade-start-up-'));
try {
  const archive = join(ROOT, 'dist/packages', archiveName(platform, readRelease(ROOT)));
  const { status, stderr } = spawnSync('tar', ['-xzf', archive, '-C', work], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${archive}: ${stderr}`);
  for (const { name, milliseconds, ratio } of measureStartUp(work, Number(process.argv[2] ?? 15)))
    process.stdout.write(`${ratio.toFixed(2)} x  ${name} (${milliseconds.toFixed(0)} ms)\n`);
} finally {
  rmSync(work, { recursive: true });
}
