import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { type ArchiveEntry, EPOCH, inOrder, modeOf } from './archive-entry.ts';

/** A gzipped tar, the same for the same entries in whatever order: no times, no owners. */
export async function tarGz(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const entry of inOrder(entries)) {
    const owner = { uid: 0, gid: 0, uname: '', gname: '' };
    tar.entry({ name: entry.path, mode: modeOf(entry), mtime: EPOCH, ...owner }, entry.data);
  }
  tar.finalize();
  return promisify(gzip)(await buffer(tar));
}
