import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { ArchiveEntry } from './archive-entry.ts';

/** The entries of a gzipped tar. Throws the library's errors for what is cut off or broken. */
export async function* tarEntries(path: string): AsyncGenerator<ArchiveEntry> {
  const tar = extract();
  // Its errors come out of the loop below.
  pipeline(createReadStream(path), createGunzip(), tar, () => undefined);
  for await (const entry of tar) {
    const { name, type, size = 0 } = entry.header;
    const kind = type === 'file' || type === 'directory' ? type : 'other';
    yield { name, kind, size, contents: async () => entry };
    entry.resume();
  }
}
