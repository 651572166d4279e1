import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../src/app/ports.ts';
import { retryAfter, type Safety, withRetry } from '../../src/cluster/retry.ts';
import type { Answer } from '../../src/cluster/transport.ts';
import { instantClock } from './api-server.ts';

type Step = number | string | { readonly status: number; readonly after: string };

/** Plays the steps, the last one for ever: a status, a status with Retry-After, or a system error's code. */
async function play(safety: Safety, ...steps: readonly Step[]) {
  const clock = instantClock();
  let attempts = 0;
  const send = async (): Promise<Answer> => {
    const step = steps[Math.min(attempts++, steps.length - 1)] ?? 200;
    if (typeof step === 'string') throw Object.assign(new Error(step), { code: step });
    const { status, after } = typeof step === 'number' ? { status: step, after: undefined } : step;
    return { status, headers: after === undefined ? {} : { 'retry-after': after }, warnings: [], text: '' };
  };
  const outcome = await withRetry(send, { safety, clock }).then(
    ({ status }) => status,
    (error: Error) => error.message,
  );
  return { outcome, attempts, slept: clock.slept };
}

test('a reset connection is tried again for reads and dry-runs, with growing pauses', async () => {
  for (const safety of ['read', 'dry-run'] as const) {
    assert.deepEqual(await play(safety, 'ECONNRESET', 'EPIPE', 200), { outcome: 200, attempts: 3, slept: [200, 400] });
  }
});

test('a write whose answer was lost is not sent again', async () => {
  for (const trouble of ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 503, 500, 504]) {
    assert.deepEqual(await play('write', trouble, 200), { outcome: trouble, attempts: 1, slept: [] });
  }
});

test('a throttled request of any kind waits as long as the server says', async () => {
  for (const safety of ['read', 'probe', 'dry-run', 'write'] as const) {
    const steps = [{ status: 429, after: '2' }, { status: 429, after: '7' }, 200];
    assert.deepEqual(await play(safety, ...steps), { outcome: 200, attempts: 3, slept: [2000, 7000] });
  }
});

test('nobody waits for an hour because a server says so', async () => {
  assert.deepEqual((await play('read', { status: 503, after: '3600' }, 200)).slept, [30_000]);
});

test('an error of the server is tried again for reads, and for dry-runs a few times', async () => {
  for (const status of [500, 502, 504]) {
    assert.equal((await play('read', status, 200)).outcome, 200);
    assert.deepEqual(await play('dry-run', status), { outcome: status, attempts: 4, slept: [200, 400, 800] });
  }
});

test('an unavailable server is waited for, an unavailable group of it is soon done without', async () => {
  assert.equal((await play('read', 503, 503, 200)).outcome, 200);
  assert.equal((await play('dry-run', 503, 200)).outcome, 200);
  assert.equal((await play('probe', 503, 200)).outcome, 200, 'it may have been a moment');
  assert.deepEqual(await play('probe', 503), { outcome: 503, attempts: 4, slept: [200, 400, 800] });
});

test('there is an end to trying, and the last outcome is what counts', async () => {
  assert.deepEqual(await play('read', 'ECONNREFUSED'), { outcome: 'ECONNREFUSED', attempts: 3, slept: [200, 400] });
  assert.equal((await play('read', 'ECONNRESET')).attempts, 8);
  const { outcome, attempts, slept } = await play('write', 429);
  assert.deepEqual({ outcome, attempts }, { outcome: 429, attempts: 10 });
  assert.equal(Math.max(...slept), 5000);
});

test('a server that was there before is waited for, up to a minute in all', async () => {
  const clock = movingClock();
  const send = async (): Promise<Answer> => {
    if (clock.now() < 40_000) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    return { status: 200, headers: {}, warnings: [], text: '' };
  };
  assert.equal((await withRetry(send, { safety: 'read', clock, wasThere: true })).status, 200);
  const never = movingClock();
  const dead = async (): Promise<Answer> => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
  await assert.rejects(withRetry(dead, { safety: 'read', clock: never, wasThere: true }));
  assert.ok(never.now() > 50_000 && never.now() <= 60_000, `${never.now()}`);
});

test('a throttled write is not sent long after it was asked for', async () => {
  const clock = movingClock();
  const throttled = async (): Promise<Answer> => ({
    status: 429,
    headers: { 'retry-after': '4' },
    warnings: [],
    text: '',
  });
  assert.equal((await withRetry(throttled, { safety: 'write', clock })).status, 429);
  assert.equal(clock.now(), 8000);
});

/** A clock that sleeping moves. */
function movingClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
}

test('a conflict about fields is an answer, any other one of a dry-run or a read is over in a moment', async () => {
  const causes = [{ reason: 'FieldManagerConflict' }];
  for (const [text, attempts] of [
    [JSON.stringify({ details: { causes } }), 1],
    [JSON.stringify({ reason: 'Conflict' }), 4],
    ['not even JSON', 4],
  ] as const) {
    let sent = 0;
    const send = async (): Promise<Answer> => {
      sent += 1;
      return { status: 409, headers: {}, warnings: [], text };
    };
    await withRetry(send, { safety: 'dry-run', clock: instantClock() });
    assert.equal(sent, attempts, text);
  }
});

test('a server that has just started may not know a resource or a right yet; one that runs does', async () => {
  for (const safety of ['read', 'probe', 'dry-run', 'write'] as const) {
    for (const [status, text, attempts] of [
      [403, '{"kind":"Status"}', 6],
      [404, '404 page not found', 6],
      [404, '{"kind":"Status","reason":"NotFound"}', 1],
      [422, '{"kind":"Status"}', 1],
    ] as const) {
      for (const isStarting of [true, false]) {
        let sent = 0;
        const send = async (): Promise<Answer> => {
          sent += 1;
          return { status, headers: {}, warnings: [], text };
        };
        await withRetry(send, { safety, clock: instantClock(), isStarting: () => isStarting });
        assert.equal(sent, isStarting ? attempts : 1, `${safety} ${status}`);
      }
    }
  }
});

test('a refusal is an answer', async () => {
  for (const status of [400, 401, 403, 404, 410, 422]) assert.equal((await play('read', status, 200)).attempts, 1);
  assert.equal((await play('read', 'ENOTFOUND', 200)).attempts, 1);
});

test('nothing is tried again once it is aborted', async () => {
  const closed = new AbortController();
  let attempts = 0;
  const send = async (): Promise<Answer> => {
    attempts++;
    closed.abort();
    return { status: 503, headers: {}, warnings: [], text: '' };
  };
  const answer = await withRetry(send, { safety: 'read', clock: instantClock(), signal: closed.signal });
  assert.deepEqual([answer.status, attempts], [503, 1]);
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2024-01-01T00:00:00Z');
  assert.equal(retryAfter('3', now), 3000);
  assert.equal(retryAfter('Mon, 01 Jan 2024 00:00:09 GMT', now), 9000);
  assert.equal(retryAfter('Sun, 31 Dec 2023 00:00:00 GMT', now), 0);
  assert.equal(retryAfter('soon', now), undefined);
  assert.equal(retryAfter(undefined, now), undefined);
});
