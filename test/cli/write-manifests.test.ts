import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { assertGolden } from './golden.ts';
import { ROOT, run } from './run.ts';

const PLAN = ['plan', '--snapshot', 'test/demo/mesh-1.1.yaml', '-f', 'test/demo/istio-1.2'];
let folder = '';

before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

test('every resulting object is a file as a person would commit it, in the folder of its phase', async () => {
  const directory = join(folder, 'new', 'deep');
  const { exit, out, err } = await run([...PLAN, '-o', 'json', '--write-manifests', directory]);
  assert.equal(exit, 0, err);
  const changed = JSON.parse(out).changes.filter(({ op }: { op: string }) => op !== 'delete');
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  assert.equal(files.length, changed.length);
  assert.equal(err, `${files.length + 1} files written to ${directory}: its README.md says how to apply them\n`);
  assertGolden('manifests-demo', readFileSync(join(directory, 'README.md'), 'utf8'));
  for (const name of files) {
    const { status, metadata } = parse(readFileSync(join(directory, name), 'utf8'));
    assert.equal(status, undefined, name);
    const keys = Object.keys(metadata).filter((key) => !['name', 'namespace', 'labels', 'annotations'].includes(key));
    assert.deepEqual(keys, [], name);
    assert.equal(metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'], undefined, name);
  }
});

test('a directory that holds anything is refused before anything is read, and an empty one is taken', async () => {
  const directory = join(folder, 'there');
  mkdirSync(directory);
  assert.equal((await run([...PLAN, '-q', '--write-manifests', directory])).exit, 0);
  const before = readdirSync(directory);
  const { exit, out, err } = await run(['plan', '--snapshot', 'no-such-file', '--write-manifests', directory]);
  assert.deepEqual([exit, out], [2, '']);
  assert.match(err, /^error: --write-manifests: \S+ is not empty\nhint: {2}name a directory that is new or empty\n$/);
  assert.deepEqual(readdirSync(directory), before);
});

test('a path that is no directory is an error of usage', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const { exit, err } = await run([...PLAN, '--write-manifests', file]);
  assert.equal(exit, 2);
  assert.match(err, /^error: --write-manifests: cannot use /);
});
