import { type Entry, openPromise } from 'yauzl';
import type { ArchiveEntry } from './archive-entry.ts';

const UNIX = 3;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;

/** The entries of a zip. Throws the library's errors for what is cut off or broken, and for names that lead outside. */
export async function* zipEntries(path: string): AsyncGenerator<ArchiveEntry> {
  const zip = await openPromise(path, { strictFileNames: true });
  try {
    for await (const entry of zip.eachEntry())
      yield {
        name: entry.fileName,
        kind: kindOf(entry),
        size: entry.uncompressedSize,
        contents: () => zip.openReadStreamPromise(entry),
      };
  } finally {
    zip.close();
  }
}

/** Only archives made on Unix say more than their names do. */
function kindOf({ fileName, versionMadeBy, externalFileAttributes }: Entry): ArchiveEntry['kind'] {
  if (fileName.endsWith('/')) return 'directory';
  const type = versionMadeBy >>> 8 === UNIX ? (externalFileAttributes >>> 16) & FILE_TYPE : 0;
  return type === 0 || type === REGULAR ? 'file' : 'other';
}
