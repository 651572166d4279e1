import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ReleaseLayout, releaseAt } from './release-layout.ts';

/**
 * The release in what an archive was unpacked into: the only directory in it, or all of it.
 * @param name what it is called in errors
 * @throws UpgradeError (exit 2) with everything that is missing
 */
export async function unpackedRelease(directory: string, name: string): Promise<ReleaseLayout> {
  const [only, ...others] = await readdir(directory);
  const isWrapped = only !== undefined && others.length === 0 && !['bin', 'install'].includes(only);
  return releaseAt(isWrapped ? join(directory, only) : directory, name);
}
