import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import type { Json } from '../../src/core/json.ts';
import { type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { readSnapshot, writeSnapshot } from '../../src/memory/snapshot-file.ts';

const names = (text: string) => readSnapshot(text, 'mesh.yaml').map((object) => refText(refOf(object)));
const refusal = (text: string, words: RegExp) =>
  assert.throws(
    () => readSnapshot(text, 'mesh.yaml'),
    (error) => error instanceof UpgradeError && error.exit === 2 && words.test(error.message),
  );

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: mesh}\n';

test('documents, lists and typed lists are read as one row of objects', () => {
  const list = 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: b}}\n';
  const typed = 'apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: c, namespace: mesh}\n';
  assert.deepEqual(names(`# a comment\n---\n${CONFIG}---\n${list}---\n${typed}---\n`), [
    'ConfigMap/mesh/a',
    'Secret/b',
    'Deployment.apps/mesh/c',
  ]);
});

test('JSON is read too', () => {
  assert.deepEqual(
    names(
      '{"kind": "List", "apiVersion": "v1", "items": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b"}}]}',
    ),
    ['Secret/b'],
  );
});

test('times and octal and sexagesimal numbers become what kubectl makes of them', () => {
  const [object] = readSnapshot(
    `${CONFIG}data: {time: 2020-01-01T00:00:00Z, clock: 10:20:30, mode: 0644, flag: yes}\n`,
    'mesh.yaml',
  );
  assert.deepEqual(object?.data, { time: '2020-01-01T00:00:00Z', clock: '10:20:30', mode: 0o644, flag: true });
});

test('what cannot be read is named with file and document', () => {
  refusal(`${CONFIG}---\na: [\n`, /^mesh\.yaml, document 2: /);
  refusal(`${CONFIG}---\n- a\n`, /^mesh\.yaml, document 2: not an object$/);
  refusal('kind: ConfigMap\nmetadata: {name: a}\n', /document 1: an object without apiVersion$/);
  refusal('apiVersion: v1\nmetadata: {name: a}\n', /document 1: an object without kind$/);
  refusal(
    'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret}\n',
    /document 1, item 1: an object without metadata\.name$/,
  );
  refusal('', /^mesh\.yaml: no objects$/);
  refusal('# nothing\n---\n', /^mesh\.yaml: no objects$/);
});

test('a bomb of aliases is refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level += 1)
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  refusal(lines.join('\n'), /document 1: .*alias/i);
});

test('what is written is read back as it was', () => {
  const strings = [
    'yes',
    'on',
    '0777',
    '1:20',
    '1e3',
    '2020-01-01',
    '',
    ' x',
    'a: b',
    '#',
    'null',
    '~',
    'line\nline\n',
    '\ttab',
    '12345678901234567890',
    '=',
    '\u2028',
    'é',
  ];
  const shared: Json = { a: '1' };
  const data = Object.fromEntries(strings.map((text, index) => [`k${index}`, text]));
  const objects: K8sObject[] = [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'n', labels: shared, annotations: shared },
      data,
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'b' },
      data: Object.fromEntries(strings.map((text) => [text, 'x'])),
      list: [1, 1.5, true, null, [], {}],
    },
  ];
  assert.deepEqual(readSnapshot(writeSnapshot(objects), 'mesh.yaml'), objects);
});

test('objects are written as the list that kubectl prints', () => {
  const object: K8sObject = { kind: 'Secret', metadata: { name: 'b' }, apiVersion: 'v1' };
  assert.equal(
    writeSnapshot([object]),
    `apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata:\n    name: b\nkind: List\nmetadata:\n  resourceVersion: ""\n  selfLink: ""\n`,
  );
});
