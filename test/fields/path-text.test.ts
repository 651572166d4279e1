import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UpgradeError } from '../../src/core/errors.ts';
import type { FieldPath } from '../../src/fields/field-set.ts';
import { parsePathText, pathText } from '../../src/fields/path-text.ts';
import { anyPath } from './sets.ts';

const TEXTS: readonly (readonly [string, FieldPath])[] = [
  [
    'spec.template.spec.containers[name="discovery"].image',
    ['f:spec', 'f:template', 'f:spec', 'f:containers', 'k:{"name":"discovery"}', 'f:image'],
  ],
  ['spec.ports[port=80,protocol="TCP"].name', ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:name']],
  ['metadata.labels[app.kubernetes.io/name]', ['f:metadata', 'f:labels', 'f:app.kubernetes.io/name']],
  ['metadata.labels.app', ['f:metadata', 'f:labels', 'f:app']],
  ['metadata.finalizers[="example.com/x"]', ['f:metadata', 'f:finalizers', 'v:"example.com/x"']],
  ['data[mesh.yaml]', ['f:data', 'f:mesh.yaml']],
  ['spec.args[0]', ['f:spec', 'f:args', 'i:0']],
  ['spec.hosts["*.shop"]', ['f:spec', 'f:hosts', 'f:*.shop']],
  ['', []],
];

for (const [text, path] of TEXTS) {
  test(`a path is written and read as "${text}"`, () => {
    assert.equal(pathText(path), text);
    assert.deepEqual(parsePathText(text), path);
  });
}

test('every path is read as it was written', () => {
  fc.assert(fc.property(anyPath, (path) => assert.deepEqual(parsePathText(pathText(path)), path)));
});

test('no two paths are written alike', () => {
  const ambiguous = [
    ['f:a.b'],
    ['f:a', 'f:b'],
    ['f:0'],
    ['i:0'],
    ['f:metadata', 'f:labels', 'f:a.b'],
    ['f:metadata', 'f:labels', 'f:a', 'f:b'],
  ];
  assert.equal(new Set(ambiguous.map(pathText)).size, ambiguous.length);
});

test("the paths of an API server's conflicts can be read", () => {
  assert.deepEqual(parsePathText('.spec.template.spec.containers[name="x"].image'), [
    'f:spec',
    'f:template',
    'f:spec',
    'f:containers',
    'k:{"name":"x"}',
    'f:image',
  ]);
  assert.deepEqual(parsePathText('.metadata.labels.app.kubernetes.io/name'), [
    'f:metadata',
    'f:labels',
    'f:app.kubernetes.io/name',
  ]);
  assert.deepEqual(parsePathText('.data.a.b'), ['f:data', 'f:a.b']);
  assert.deepEqual(parsePathText('.spec.ports[port=80,protocol="TCP"]'), [
    'f:spec',
    'f:ports',
    'k:{"port":80,"protocol":"TCP"}',
  ]);
});

for (const text of [
  'spec..a',
  'spec[',
  'spec[]',
  'spec[name=]',
  'spec]',
  'spec.',
  '.',
  'spec[="x]',
  'spec[a=b]',
  'spec["a"b"]',
]) {
  test(`${text} is refused with the text in the message`, () => {
    assert.throws(
      () => parsePathText(text),
      (error) => error instanceof UpgradeError && error.exit === 2 && error.message.includes(text),
    );
  });
}
