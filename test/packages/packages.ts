import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { archiveName } from '../../scripts/package/krew-manifest.ts';
import { readRelease } from '../../scripts/package/release.ts';
import { LINUX_AMD64, type Platform } from '../../scripts/package/runtimes.ts';
import { parseSums } from '../../scripts/package/sums.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
export const RELEASE = readRelease(ROOT);
const PACKAGES = join(ROOT, 'dist/packages');

/** Makes the packages of these sources, unless they are there. */
export function makePackages(): void {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/package.ts'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm run package failed: ${stderr}`);
}

export function packagePath(name: string): string {
  return join(PACKAGES, name);
}

export function archivePath(platform: Platform): string {
  return packagePath(archiveName(platform, RELEASE));
}

export function releasedSums(): ReadonlyMap<string, string> {
  return parseSums(readFileSync(packagePath('SHA256SUMS'), 'utf8'));
}

/** Whether this machine runs the archive for Linux on x86-64; says so where it does not. */
export function runsLinux(context: TestContext): boolean {
  const runs = process.platform === 'linux' && process.arch === 'x64';
  if (!runs)
    context.skip(`NOT RUN: ${archiveName(LINUX_AMD64, RELEASE)} does not run on ${process.platform}-${process.arch}`);
  return runs;
}
