import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { openPromise } from 'yauzl';
import type { ArchiveEntry } from '../../scripts/package/archive-entry.ts';
import { tarGz } from '../../scripts/package/tar-gz.ts';
import { zip } from '../../scripts/package/zip.ts';

const ENTRIES: readonly ArchiveEntry[] = [
  { path: 'program', isExecutable: true, data: Buffer.from('#!/bin/sh\n') },
  { path: 'lib/empty', isExecutable: false, data: Buffer.alloc(0) },
  { path: 'lib/größe.js', isExecutable: false, data: Buffer.alloc(70_000, 'x') },
];
const SHOWN = ENTRIES.map(({ path, isExecutable, data }) => ({
  path,
  mode: isExecutable ? 0o755 : 0o644,
  digest: digest(data),
}));
const work = mkdtempSync(join(tmpdir(), 'istio-upgrade-archives-'));
after(() => rmSync(work, { recursive: true }));

function digest(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function byPath<T extends { readonly path: string }>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

test('a tar holds every file with its mode, no owner and one time', async () => {
  const found: unknown[] = [];
  const tar = extract();
  tar.end(gunzipSync(await tarGz(ENTRIES)));
  for await (const entry of tar) {
    const { name, mode, type, uid, gid, uname, gname, mtime } = entry.header;
    assert.deepEqual([type, uid, gid, uname, gname], ['file', 0, 0, '', '']);
    assert.equal(mtime?.toISOString(), '1980-01-01T00:00:00.000Z');
    found.push({ path: name, mode, digest: digest(await buffer(entry)) });
  }
  assert.deepEqual(found, byPath(SHOWN));
});

test('a zip holds every file with its mode and one time', async () => {
  const file = join(work, 'some.zip');
  writeFileSync(file, await zip(ENTRIES));
  const found: unknown[] = [];
  const opened = await openPromise(file, { strictFileNames: true });
  for await (const entry of opened.eachEntry()) {
    assert.equal(entry.getLastModDate({ timezone: 'UTC' }).toISOString(), '1980-01-01T00:00:00.000Z');
    const data = await buffer(await opened.openReadStreamPromise(entry));
    assert.equal(data.length, entry.uncompressedSize);
    found.push({ path: entry.fileName, mode: (entry.externalFileAttributes >>> 16) & 0o777, digest: digest(data) });
  }
  assert.deepEqual(found, byPath(SHOWN));
});

test('the same files in another order are the same bytes', async () => {
  for (const pack of [tarGz, zip])
    assert.equal(digest(await pack(ENTRIES)), digest(await pack(ENTRIES.toReversed())), pack.name);
});
