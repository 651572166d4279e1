import { stat } from 'node:fs/promises';
import type { Release } from '../app/ports.ts';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { parseVersion } from '../core/version.ts';
import { chartRelease, type RenderOptions } from './chart-release.ts';
import type { DownloadOptions } from './download-release.ts';
import { releaseAt } from './release-layout.ts';
import { makeScratch } from './scratch.ts';

export type OpenOptions = RenderOptions & Omit<DownloadOptions, 'atExit'>;

/**
 * Opens a release: a directory, an archive, or a version, which is downloaded. A version is never taken for a file; `./1.2.10` is one.
 * @throws UpgradeError when it is none of these, or cannot be had
 */
export async function openRelease(name: string, options: OpenOptions): Promise<Release> {
  const version = parseVersion(name);
  if (version?.patch !== undefined) {
    const { downloadRelease } = await import('./download-release.ts');
    return chartRelease({ name, layout: await downloadRelease(version, options), close: nothing }, options);
  }
  if (await isDirectory(name))
    return chartRelease({ name, layout: await releaseAt(name, name), close: nothing }, options);
  return openArchive(name, options);
}

async function openArchive(name: string, options: OpenOptions): Promise<Release> {
  const [{ unpack }, { unpackedRelease }] = await Promise.all([import('./unpack.ts'), import('./unpacked-release.ts')]);
  const scratch = await makeScratch(options.temporary, 'istio-upgrade-release-', options.atExit);
  try {
    await unpack({ path: name, name }, scratch.path);
    const layout = await unpackedRelease(scratch.path, name);
    return chartRelease({ name, layout, close: () => scratch.remove() }, options);
  } catch (error) {
    await scratch.remove();
    throw error;
  }
}

/** @throws UpgradeError (exit 2) when there is nothing */
async function isDirectory(name: string): Promise<boolean> {
  try {
    return (await stat(name)).isDirectory();
  } catch (cause) {
    throw new UpgradeError(`--release ${name}: no such file or directory, and no version`, {
      cause,
      exit: EXIT.usage,
      hint: 'name the directory of a release, its archive, or a version such as 1.2.10',
    });
  }
}

async function nothing(): Promise<void> {}
