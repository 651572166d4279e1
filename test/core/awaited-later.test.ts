import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { awaitedLater } from '../../src/core/awaited-later.ts';

test('a failure before somebody awaits it is not unhandled, and is theirs then', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.once('unhandledRejection', note);
  const promise = Promise.reject(new Error('the server is gone'));
  const later = awaitedLater(promise);
  await setImmediate();
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
  assert.equal(later, promise);
  await assert.rejects(later, /the server is gone/);
});
