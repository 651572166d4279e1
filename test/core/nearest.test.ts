import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../src/core/nearest.ts';

test('the word that was meant is the nearest one, if it is near', () => {
  const words = ['filename', 'phase', 'prune', 'v'];
  assert.equal(nearest('filname', words), 'filename');
  assert.equal(nearest('phse', words), 'phase');
  assert.equal(nearest('recursive', words), undefined);
});

test('a single letter is near to every other: nothing is meant by it', () => {
  assert.equal(nearest('q', ['v', 'filename']), undefined);
});
