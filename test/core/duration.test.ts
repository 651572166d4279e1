import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText, elapsedText } from '../../src/core/duration.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

test('a duration is written in its two largest units, and in one where one says enough', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0s'],
    [0.4, '0s'],
    [800, '800ms'],
    [999.9, '999ms'],
    [SECOND, '1s'],
    [3999, '3s'],
    [59 * SECOND + 999, '59s'],
    [MINUTE, '1m00s'],
    [84 * SECOND, '1m24s'],
    [HOUR - 1, '59m59s'],
    [HOUR, '1h00m'],
    [62 * MINUTE + 30 * SECOND, '1h02m'],
    [27 * HOUR + 5 * MINUTE, '27h05m'],
  ];
  for (const [milliseconds, text] of cases) assert.equal(durationText(milliseconds), text);
});

test('what is still running has taken whole seconds', () => {
  assert.deepEqual([0, 999, 1999, 84_500].map(elapsedText), ['0s', '0s', '1s', '1m24s']);
});
