import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEmptySelector, matchesSelector } from '../../src/core/label-selector.ts';

const LABELS = { app: 'cart', version: 'v1' };

test('every label of matchLabels has to be there', () => {
  assert.equal(matchesSelector({ matchLabels: { app: 'cart', version: 'v1' } }, LABELS), true);
  assert.equal(matchesSelector({ matchLabels: { app: 'cart', tier: 'x' } }, LABELS), false);
  assert.equal(matchesSelector({ matchLabels: { app: 'cart', version: 'v2' } }, LABELS), false);
});

const EXPRESSIONS: readonly [key: string, operator: string, values: readonly string[], isSelected: boolean][] = [
  ['app', 'In', ['cart', 'web'], true],
  ['app', 'In', ['web'], false],
  ['app', 'NotIn', ['web'], true],
  ['app', 'NotIn', ['cart'], false],
  ['gone', 'NotIn', ['x'], true],
  ['gone', 'In', ['x'], false],
  ['app', 'Exists', [], true],
  ['gone', 'Exists', [], false],
  ['gone', 'DoesNotExist', [], true],
  ['app', 'DoesNotExist', [], false],
  ['app', 'Resembles', ['cart'], false],
  ['toString', 'Exists', [], false],
];

for (const [key, operator, values, isSelected] of EXPRESSIONS)
  test(`${key} ${operator} ${values} selects as the API server does`, () => {
    assert.equal(matchesSelector({ matchExpressions: [{ key, operator, values }] }, LABELS), isSelected);
  });

test('labels and expressions have to hold together', () => {
  const gone = { matchExpressions: [{ key: 'gone', operator: 'Exists' }] };
  assert.equal(matchesSelector({ matchLabels: { app: 'cart' }, ...gone }, LABELS), false);
});

test('a selector that says nothing selects everything, and is known to say nothing', () => {
  for (const empty of [{}, { matchLabels: {} }, { matchLabels: {}, matchExpressions: [] }]) {
    assert.equal(matchesSelector(empty, LABELS), true);
    assert.equal(isEmptySelector(empty), true);
  }
  assert.equal(isEmptySelector({ matchLabels: { app: 'cart' } }), false);
  assert.equal(isEmptySelector({ matchExpressions: [{ key: 'app', operator: 'Exists' }] }), false);
});
