import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UpgradeError } from '../core/errors.ts';
import { archiveEntries } from './archive.ts';
import type { ArchiveEntry } from './archive-entry.ts';

export interface Archive {
  readonly path: string;
  /** What it is called in errors. */
  readonly name: string;
}

export interface Limits {
  /** Of everything in the archive, unpacked. */
  readonly bytes: number;
  readonly entries: number;
}

// Several times what a release has.
const LIMITS: Limits = { bytes: 2 ** 30, entries: 50_000 };
const HINT = 'take the archive of the release as Istio published it, and compare its sha256';
const NEEDED = /^(?:[^/]+\/)?(?:bin\/istioctl(?:\.exe)?|install\/kubernetes\/helm\/istio(?:-init)?\/.+)$/;

/**
 * Unpacks what is needed of a release's archive: its charts, its CustomResourceDefinitions and its istioctl.
 * @param into a directory that is there and empty
 * @throws UpgradeError for an archive that is broken, too large, or has anything in it that is a link or lies outside; what was written until
 *   then stays
 */
export async function unpack({ path, name }: Archive, into: string, limits: Limits = LIMITS): Promise<void> {
  const left = { ...limits };
  try {
    for await (const entry of await archiveEntries(path, name)) {
      left.bytes -= entry.size;
      left.entries -= 1;
      if (left.bytes < 0 || left.entries < 0) throw new Error('it is larger than any release');
      const inside = safePath(entry);
      if (entry.kind === 'file' && NEEDED.test(inside)) await write(entry, join(into, inside));
    }
  } catch (cause) {
    if (cause instanceof UpgradeError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UpgradeError(`${name}: cannot be unpacked: ${why}`, { hint: HINT, cause });
  }
}

/** @throws Error for a path that leads outside, on any system, and for anything but files and directories */
function safePath({ name, kind }: ArchiveEntry): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || /[\\:\0]/.test(name) || parts.includes('..'))
    throw new Error(`${JSON.stringify(name)} leads outside`);
  if (kind === 'other') throw new Error(`${JSON.stringify(name)} is a link, or no file`);
  return parts.join('/');
}

async function write(entry: ArchiveEntry, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const mode = dirname(file).endsWith('bin') ? 0o755 : 0o644;
  await pipeline(await entry.contents(), createWriteStream(file, { flags: 'wx', mode }));
}
