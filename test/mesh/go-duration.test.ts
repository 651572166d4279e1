import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inSeconds } from '../../src/mesh/go-duration.ts';

test('equal durations are equal texts, and what is none stays as it is', () => {
  for (const [text, expected] of [
    ['1m0s', '60s'],
    ['60s', '60s'],
    ['100ms', '0.1s'],
    ['1h30m', '5400s'],
    ['1.5s', '1.5s'],
    ['5', '5'],
    ['x5s', 'x5s'],
    ['', ''],
  ] as const)
    assert.equal(inSeconds(text), expected);
});
