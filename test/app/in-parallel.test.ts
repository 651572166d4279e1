import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inParallel, type Job, type Limits } from '../../src/app/in-parallel.ts';

const LIMITS: Limits = { perGroup: 1, groups: 4, mayStart: () => true };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Jobs by the names of their groups; each tells its beginning and, a few turns later, its end. */
async function run(groups: readonly string[], limits: Partial<Limits> = {}, failing: readonly number[] = []) {
  const told: string[] = [];
  const peaks = { all: 0, group: 0 };
  const running: string[] = [];
  const jobs: Job<string>[] = groups.map((group, index) => ({
    group,
    run: async function* () {
      running.push(group);
      peaks.all = Math.max(peaks.all, new Set(running).size);
      peaks.group = Math.max(peaks.group, running.filter((one) => one === group).length);
      yield `${group}${index} begins`;
      for (let turns = 0; turns < 3; turns += 1) await turn();
      running.splice(running.indexOf(group), 1);
      if (failing.includes(index)) throw new Error(`${group}${index}`);
      yield `${group}${index} ends`;
    },
  }));
  const events = inParallel(jobs, { ...LIMITS, ...limits });
  for (;;) {
    const { done, value } = await events.next();
    if (done) return { told, peaks, outcome: value };
    told.push(value);
  }
}

test('one of a group at a time, groups side by side', async () => {
  const { told, peaks, outcome } = await run(['a', 'a', 'b', 'b']);
  assert.equal(told.length, 8);
  assert.deepEqual(told.slice(0, 2), ['a0 begins', 'b2 begins']);
  assert.deepEqual(peaks, { all: 2, group: 1 });
  assert.deepEqual(outcome, { errors: [], left: [] });
});

test('as many of a group, and as many groups, as are allowed', async () => {
  const { peaks } = await run(['a', 'a', 'a', 'b', 'b', 'c', 'd'], { perGroup: 2, groups: 2 });
  assert.deepEqual(peaks, { all: 2, group: 2 });
});

test('after a failure nothing is begun, and what is under way ends', async () => {
  const { told, outcome } = await run(['a', 'b', 'a', 'b'], {}, [0]);
  assert.deepEqual(told, ['a0 begins', 'b1 begins', 'b1 ends']);
  assert.deepEqual(outcome.errors.map(String), ['Error: a0']);
  assert.deepEqual(outcome.left.length, 2);
});

test('nothing is begun any more once that is not allowed', async () => {
  let asked = 0;
  const { told, outcome } = await run(['a', 'a', 'a'], { mayStart: () => ++asked === 1 });
  assert.deepEqual(told, ['a0 begins', 'a0 ends']);
  assert.equal(outcome.left.length, 2);
});

test('a job is told that another one failed', async () => {
  const seen: boolean[] = [];
  const failing: Job<string> = {
    group: 'a',
    run: async function* () {
      yield 'a';
      throw new Error('a');
    },
  };
  const waiting: Job<string> = {
    group: 'b',
    run: async function* (isStopping) {
      seen.push(isStopping());
      for (let turns = 0; turns < 9; turns += 1) await turn();
      seen.push(isStopping());
      yield 'b';
    },
  };
  for await (const _event of inParallel([failing, waiting], LIMITS));
  assert.deepEqual(seen, [false, true]);
});
