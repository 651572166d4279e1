import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followRun } from '../../cmd/screen/follow-run.ts';
import type { RunEvent } from '../../src/app/events.ts';
import { UPGRADE } from '../render/progress/events.ts';
import { watched } from './watched.ts';

const ARGS = { color: 'never', quiet: false } as const;

/** The events when it is time for each, and whatever is to be done besides. */
async function* inTime(
  events: readonly RunEvent[],
  advance: (to: number) => void,
  each: (event: RunEvent) => void = () => undefined,
): AsyncGenerator<RunEvent> {
  for (const event of events) {
    advance(event.at);
    each(event);
    yield event;
  }
}

const FINISHED = [
  '✓    15s phase config: 1 change',
  '✓     4s Deployment.apps/istio-system/galley is ready',
  '✓     9s Deployment.apps/istio-system/pilot is ready',
  '✓    12s phase control-plane: 2 changes',
  '✓  300ms verified: 3 objects are as predicted, 0 CustomResourceDefinitions established',
  'waited longest for: Deployment.apps/istio-system/pilot 9s, Deployment.apps/istio-system/galley 4s',
];

test('a terminal shows what is under way, second by second, and in the end what was done', async () => {
  const { shell, timer, lines } = watched({ columns: 100 });
  const frames: string[] = [];
  const look = () => frames.push(lines().join('\n'));
  await followRun(inTime(UPGRADE, timer.advance, look), { args: ARGS, shell });
  const frame = (index: number) => frames[index]?.split('\n');
  assert.deepEqual(frame(2), [
    '     15s phase config: 0 of 1 change, giving Pilot 15s to put in force what was written',
  ]);
  assert.deepEqual(frame(12), [
    FINISHED[0],
    '      4s Deployment.apps/istio-system/galley: 0 of 1 new pods available',
    '      4s Deployment.apps/istio-system/pilot: 0 of 1 new pods available',
    '      6s phase control-plane: 2 of 2 changes, waiting for 2 objects',
  ]);
  assert.deepEqual(frame(13), [
    ...FINISHED.slice(0, 2),
    '      9s Deployment.apps/istio-system/pilot: 0 of 1 new pods available',
    '     12s phase control-plane: 2 of 2 changes, waiting for 1 object',
  ]);
  assert.deepEqual(lines(), FINISHED);
  assert.equal(timer.isTicking(), false);
});

test('a server warning and the answer to Ctrl-C come above the rows, and leave them whole', async () => {
  const { shell, timer, lines } = watched();
  const interrupt = (event: RunEvent) => {
    if (event.at === 20_000) shell.err('Warning: extensions/v1beta1 Deployment is deprecated\n');
    if (event.at === 22_000) shell.err('interrupted: the change in flight is finished first\n');
  };
  await followRun(inTime(UPGRADE, timer.advance, interrupt), { args: ARGS, shell });
  assert.deepEqual(lines().slice(0, 6), [
    FINISHED[0],
    'Warning: extensions/v1beta1 Deployment is deprecated',
    'interrupted: the change in flight is finished first',
    ...FINISHED.slice(1, 4),
  ]);
});

test('a run that fails leaves how far it came, and no rows', async () => {
  const { shell, timer, lines } = watched();
  async function* failing() {
    yield* inTime(UPGRADE.slice(0, 12), timer.advance);
    timer.advance(25_300);
    throw new Error('not ready');
  }
  await assert.rejects(followRun(failing(), { args: ARGS, shell }), /not ready/);
  assert.deepEqual(lines(), [FINISHED[0], '✗    10s phase control-plane: 2 of 2 changes']);
  assert.equal(timer.isTicking(), false);
});

test('a small screen shows as many rows as it has room for', async () => {
  const { shell, timer, lines } = watched({ columns: 40, rows: 3 });
  let frame: readonly string[] = [];
  const look = (event: RunEvent) => {
    if (event.at === 22_000) frame = lines();
  };
  await followRun(inTime(UPGRADE, timer.advance, look), { args: ARGS, shell });
  assert.deepEqual(frame, [FINISHED[0], '         and 2 more', '      6s phase control-plane: 2 of 2 c…']);
});

for (const [what, surroundings] of [
  ['no terminal', { isTerminal: false }],
  ['a terminal that cannot move its cursor', { env: { TERM: 'dumb' } }],
  ['a terminal that a CI system gives its jobs', { env: { CI: 'true' } }],
] as const) {
  test(`${what} gets lines of a log: no escape codes, and what is waited for again every 30 seconds`, async () => {
    const { shell, timer, printed } = watched(surroundings);
    async function* slow() {
      yield* inTime(UPGRADE.slice(0, 12), timer.advance);
      timer.advance(59_000);
    }
    await followRun(slow(), { args: ARGS, shell });
    assert.doesNotMatch(printed.err, /[\u001b\r]/);
    assert.deepEqual(printed.err.split('\n').slice(-5), [
      '   18s waiting for Deployment.apps/istio-system/pilot: 0 of 1 new pods available',
      '   20s waiting for Deployment.apps/istio-system/galley: 0 of 1 new pods available',
      '   48s waiting for Deployment.apps/istio-system/pilot: 0 of 1 new pods available (for 30s)',
      '   50s waiting for Deployment.apps/istio-system/galley: 0 of 1 new pods available (for 32s)',
      '',
    ]);
  });
}

test('quiet tells nothing, and how long it took is known all the same', async () => {
  for (const isTerminal of [true, false]) {
    const { shell, timer, printed } = watched({ isTerminal });
    const events = inTime(UPGRADE, timer.advance);
    const progress = await followRun(events, { args: { ...ARGS, quiet: true }, shell });
    assert.equal(printed.err, '');
    assert.equal(progress.at, 27_800);
  }
});
