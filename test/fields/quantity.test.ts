import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalQuantity, quantityAmount } from '../../src/fields/quantity.ts';

test('quantities are written in their largest whole unit, as the API server writes them', () => {
  const written = {
    '2000m': '2',
    '100m': '100m',
    '1024Mi': '1Gi',
    '1.5Gi': '1536Mi',
    '128Mi': '128Mi',
    '4G': '4G',
    '0.1': '100m',
    '1500m': '1500m',
    '4000M': '4G',
    '0': '0',
    '1024': '1024',
    '-1000m': '-1',
  };
  for (const [text, canonical] of Object.entries(written)) assert.equal(canonicalQuantity(text), canonical, text);
  assert.equal(canonicalQuantity(2), '2');
});

test('what is no quantity, or cannot be written without an exponent, stays', () => {
  for (const text of ['', 'big', '1e3', '0.0001', '1 Gi', '$(LIMIT)']) assert.equal(canonicalQuantity(text), text);
  assert.equal(canonicalQuantity(null), null);
});

test('the amount of a quantity is a number, whatever its unit', () => {
  for (const [text, amount] of [
    ['1Gi', 1024 ** 3],
    ['128Mi', 128 * 1024 ** 2],
    ['1.5k', 1500],
    ['100m', 0.1],
    ['2', 2],
    [2, 2],
    ['-1', -1],
    ['4G', 4e9],
  ] as const)
    assert.equal(quantityAmount(text), amount);
});

test('what is no quantity has no amount', () => {
  for (const value of ['', 'much', '1e3', null, undefined, {}]) assert.equal(quantityAmount(value), undefined);
});
