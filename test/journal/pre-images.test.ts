import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { preImages } from '../../src/journal/pre-images.ts';
import { object } from '../objects.ts';

const folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-state-'));
after(() => rmSync(folder, { recursive: true }));
const SECRET = object('v1', 'Secret', 'istio-system/sh.helm.release.v1.istio.v1', {
  metadata: { resourceVersion: '7' },
  data: { release: 'c2VjcmV0' },
});

test('an object is kept whole, where only its owner may read it, each version by itself', async () => {
  const keep = preImages(join(folder, 'a', 'b'));
  const file = await keep(SECRET);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), SECRET);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
  assert.notEqual(await keep({ ...SECRET, metadata: { ...SECRET.metadata, resourceVersion: '8' } }), file);
});

test('what cannot be kept is an error, so that nothing is written over it', async () => {
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(preImages(join(folder, 'file'))(SECRET), {
    message: /Secret\/istio-system\/sh\.helm\.release\.v1\.istio\.v1 cannot be kept as it is: cannot write/,
    hint: /--state-dir/,
  });
});
