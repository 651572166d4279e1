import { open } from 'node:fs/promises';
import { EXIT, UpgradeError } from '../core/errors.ts';
import type { ArchiveEntry } from './archive-entry.ts';

const FORMATS = [
  { begin: [0x1f, 0x8b], read: async (path: string) => (await import('./tar-archive.ts')).tarEntries(path) },
  { begin: [0x50, 0x4b], read: async (path: string) => (await import('./zip-archive.ts')).zipEntries(path) },
];

/**
 * The entries of an archive, which is told by how it begins, not by its ending.
 * @param name what it is called in errors
 * @throws UpgradeError (exit 2) when it is neither a gzipped tar nor a zip
 */
export async function archiveEntries(path: string, name: string): Promise<AsyncIterable<ArchiveEntry>> {
  const first = await firstBytes(path);
  const format = FORMATS.find(({ begin }) => begin.every((byte, at) => first[at] === byte));
  if (format !== undefined) return format.read(path);
  throw new UpgradeError(`${name}: neither a .tar.gz nor a .zip`, {
    exit: EXIT.usage,
    hint: 'name the directory of a release, its archive, or a version such as 1.2.10',
  });
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer;
  } finally {
    await file.close();
  }
}
