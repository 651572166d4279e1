import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonPatch } from '../../src/app/ports.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { Json } from '../../src/core/json.ts';
import { patched } from '../../src/memory/json-patch.ts';

const CASES: readonly (readonly [string, Json, JsonPatch, Json])[] = [
  [
    'add sets a member, new or not',
    { a: 1 },
    [
      { op: 'add', path: '/a', value: 2 },
      { op: 'add', path: '/b', value: 3 },
    ],
    { a: 2, b: 3 },
  ],
  [
    'add puts an item before another, or at the end',
    { a: [1, 2] },
    [
      { op: 'add', path: '/a/0', value: 0 },
      { op: 'add', path: '/a/-', value: 3 },
      { op: 'add', path: '/a/4', value: 4 },
    ],
    { a: [0, 1, 2, 3, 4] },
  ],
  [
    'replace and remove',
    { a: [1, 2], b: { c: 1, d: 2 } },
    [
      { op: 'replace', path: '/a/1', value: 9 },
      { op: 'remove', path: '/b/c' },
      { op: 'remove', path: '/a/0' },
    ],
    { a: [9], b: { d: 2 } },
  ],
  [
    '~1 and ~0 are slash and tilde',
    { a: { 'x/y': 1, 'x~y': 2 } },
    [
      { op: 'remove', path: '/a/x~1y' },
      { op: 'replace', path: '/a/x~0y', value: 3 },
    ],
    { a: { 'x~y': 3 } },
  ],
  [
    'a test that holds changes nothing',
    { a: { b: [1] } },
    [{ op: 'test', path: '/a', value: { b: [1] } }],
    { a: { b: [1] } },
  ],
];

for (const [name, document, patch, result] of CASES) {
  test(name, () => {
    const frozen = structuredClone(document);
    assert.deepEqual(patched(document, patch), result);
    assert.deepEqual(document, frozen);
  });
}

const REFUSED: readonly JsonPatch[number][] = [
  { op: 'test', path: '/a', value: 2 },
  { op: 'replace', path: '/b', value: 1 },
  { op: 'remove', path: '/b' },
  { op: 'add', path: '/b/c', value: 1 },
  { op: 'add', path: '/l/2', value: 1 },
  { op: 'replace', path: '/l/-', value: 1 },
  { op: 'remove', path: '/l/1' },
  { op: 'remove', path: '/l/01' },
  { op: 'add', path: '/a/b', value: 1 },
];

for (const operation of REFUSED) {
  test(`${operation.op} ${operation.path} is refused`, () => {
    assert.throws(
      () => patched({ a: 1, l: [1] }, [operation]),
      (error) => error instanceof ApiError && error.status === 422,
    );
  });
}
