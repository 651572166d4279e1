import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { oldSidecarsText } from '../../src/render/old-sidecars-text.ts';
import { ROOT, run } from './run.ts';

const TARGET = join(ROOT, 'test/demo/istio-1.2');
// Cleared screens, red letters, a C1 control and a turned direction of writing; no server would take such a name, a file may hold it.
const HOSTILE = 'a\u001b[2Jb\u009b31mc\u202ed\re';
const RAW = /[\u001b\u009b\u202e\r]/;

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

function mesh(name: string, ...more: readonly object[]): string {
  const file = join(folder, name);
  const documents = more.map((object) => `\n---\n${JSON.stringify(object)}\n`).join('');
  writeFileSync(file, readFileSync(join(ROOT, 'test/demo/mesh-1.1.yaml'), 'utf8') + documents);
  return file;
}

test('nothing that is asked or told before a run can command the terminal: names of files and of Secrets', async () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: HOSTILE, namespace: 'istio-system' } };
  const target = join(folder, 'secret.json');
  writeFileSync(target, JSON.stringify({ ...secret, data: { key: 'b3RoZXI=' } }));
  const file = mesh(`${HOSTILE}.yaml`, { ...secret, data: { key: 'b25l' } });
  const flags = ['--snapshot', file, '-f', TARGET, '-f', target, '--state-dir', join(folder, 'state')];
  const { exit, out, err } = await run(['apply', ...flags], { answer: 'no' });
  assert.equal(exit, 4, err);
  assert.match(err, /^Secret\/istio-system\/a\\u001b\[2Jb\\u009b31mc\\u202ed\\u000de: kept with all values/m);
  assert.match(err, /changes to \S*a\\u001b\[2J\S*\? Only "yes"/);
  for (const text of [out, err]) assert.doesNotMatch(text, RAW);
});

test('the namespaces that still have old sidecars are named without commanding the terminal', () => {
  const old = { isKnown: true, workloads: 1, namespaces: [HOSTILE] } as const;
  const text = oldSidecarsText(old, '1.2.10', ['--snapshot', HOSTILE]);
  assert.match(text, /in namespace a\\u001b\[2J/);
  assert.match(text, /--snapshot 'a\\u001b/);
  assert.doesNotMatch(text, RAW);
});
