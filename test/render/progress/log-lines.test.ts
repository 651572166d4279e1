import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../../src/app/events.ts';
import type { Change } from '../../../src/core/change.ts';
import { refOf } from '../../../src/core/object.ts';
import { logLines, reminders } from '../../../src/render/progress/log-lines.ts';
import { advanced, NOT_BEGUN } from '../../../src/render/progress/run-progress.ts';
import { COLOURED, PLAIN } from '../../../src/render/style.ts';
import { change, deployment } from '../../objects.ts';
import { after, ref, UPGRADE } from './events.ts';

const PILOT = deployment('istio-system/istio-pilot');
const NAME = 'Deployment.apps/istio-system/istio-pilot';
const update = change(PILOT, PILOT);
const { before: _before, ...created } = update;
const { after: _after, ...deleted } = update;
const CHANGES: readonly (readonly [Change, string])[] = [
  [update, 'updated'],
  [{ ...created, op: 'create' }, 'created'],
  [{ ...update, op: 'replace', immutable: ['spec.selector'] }, 'replaced'],
  [{ ...deleted, op: 'delete' }, 'deleted'],
];
const text = (event: RunEvent, before = NOT_BEGUN) => logLines(event, before, PLAIN).map((line) => line.trimStart());

/** What is told of one event after the other. */
function log(events: readonly RunEvent[]): readonly string[] {
  let progress = NOT_BEGUN;
  return events.flatMap((event) => {
    const lines = logLines(event, progress, PLAIN);
    progress = advanced(progress, event);
    return lines;
  });
}

test('a run is told in lines with the time since it began: what begins, what ends, and how long it took', () => {
  assert.deepEqual(log(UPGRADE), [
    '    0s phase config: 1 change',
    '    0s giving Pilot 15s to put in force what was written',
    '   15s Deployment.apps/istio-system/rule updated',
    '   15s phase config done in 15s',
    '   15s phase control-plane: 2 changes',
    '   17s Deployment.apps/istio-system/galley updated',
    '   17s Deployment.apps/istio-system/pilot updated',
    '   18s waiting for Deployment.apps/istio-system/galley: 0 of 1 new pods created',
    '   18s waiting for Deployment.apps/istio-system/pilot: 0 of 1 new pods available',
    '   20s waiting for Deployment.apps/istio-system/galley: 0 of 1 new pods available',
    '   22s Deployment.apps/istio-system/galley is ready after 4s',
    '   27s Deployment.apps/istio-system/pilot is ready after 9s',
    '   27s phase control-plane done in 12s',
    '   27s verified: 3 objects are as predicted, 0 CustomResourceDefinitions established',
  ]);
});

test('what is still waited for is told again every 30 seconds, with how long that has been', () => {
  const progress = after(...UPGRADE.slice(0, 12));
  const told = (from: number, to: number) => reminders(progress, { from, to }, PLAIN);
  assert.deepEqual(told(20_000, 47_900), []);
  assert.deepEqual(told(47_900, 48_100), [
    '   48s waiting for Deployment.apps/istio-system/pilot: 0 of 1 new pods available (for 30s)',
  ]);
  assert.deepEqual(told(48_100, 49_900), []);
  assert.deepEqual(told(49_900, 50_000), [
    '   50s waiting for Deployment.apps/istio-system/galley: 0 of 1 new pods available (for 32s)',
  ]);
  assert.equal(told(77_900, 80_100).length, 2);
});

test('an object that several wait for is ready once', () => {
  const ready: RunEvent = { event: 'ready', ref: ref('galley'), at: 22_000 };
  assert.deepEqual(text(ready, after(...UPGRADE.slice(0, 12))), [
    '22s Deployment.apps/istio-system/galley is ready after 4s',
  ]);
  assert.deepEqual(text(ready, after(...UPGRADE.slice(0, 12), ready)), []);
});

test('a change is told when it is done, as what it was', () => {
  for (const [one, word] of CHANGES) {
    assert.deepEqual(text({ event: 'change-started', change: one, index: 1, total: 4, at: 0 }), []);
    assert.deepEqual(text({ event: 'change-done', change: one, outcome: 'written', at: 7000 }), [`7s ${NAME} ${word}`]);
  }
});

test('a change that an earlier run made is told as such', () => {
  assert.deepEqual(text({ event: 'change-done', change: update, outcome: 'already-done', at: 0 }), [
    `0s ${NAME} already done`,
  ]);
});

test('what the cluster says cannot command the terminal, nor break a line', () => {
  const evil = { ...refOf(PILOT), name: 'evil\u001b[2J' };
  const waiting: RunEvent = { event: 'waiting', waits: [{ ref: evil, why: 'Back-off\n\u001b]0;owned\u0007' }], at: 0 };
  const lines = [
    ...text(waiting),
    ...text({ event: 'ready', ref: evil, at: 0 }, after(waiting)),
    ...text({ event: 'change-done', change: { ...update, ref: evil }, outcome: 'written', at: 0 }),
  ];
  assert.equal(lines.length, 3);
  for (const line of lines) {
    assert.match(line, /\\u001b\[2J/);
    assert.doesNotMatch(line, /[\u001b\u0007\n]/);
  }
});

test('in colour, the time stands back and the outcome out', () => {
  const [line] = logLines({ event: 'change-done', change: update, outcome: 'written', at: 0 }, NOT_BEGUN, COLOURED);
  assert.equal(line, `\u001b[2m    0s\u001b[22m ${NAME} \u001b[32mupdated\u001b[39m`);
});

test('restarts, evictions and checked sidecars are told by workload; a CronJob is written and not restarted', () => {
  const cart = ref('cart', 'shop');
  const restart = { ...update, ref: cart, phase: 'data-plane' } as const;
  const cronJob = { ...restart, ref: { ...cart, group: 'batch', kind: 'CronJob' } };
  const begun: RunEvent = { event: 'change-done', change: restart, outcome: 'written', at: 1000 };
  assert.deepEqual(
    [
      ...text(begun),
      ...text({ event: 'change-done', change: restart, outcome: 'already-done', at: 1000 }),
      ...text({ event: 'change-done', change: cronJob, outcome: 'written', at: 1000 }),
      ...text({ event: 'evicted', ref: cart, pod: 'cart-0', left: 2, at: 1000 }),
      ...text({ event: 'ready', ref: cart, at: 9000 }, after(begun)),
      ...text({ event: 'sidecars-checked', ref: cart, pods: 1, done: 3, total: 4, at: 9000 }, after(begun)),
    ],
    [
      '1s Deployment.apps/shop/cart restarting',
      '1s Deployment.apps/shop/cart already done',
      '1s CronJob.batch/shop/cart updated',
      '1s evicted pod cart-0 of Deployment.apps/shop/cart, 2 to go',
      '9s Deployment.apps/shop/cart runs the new sidecar (1 pod; 3 of 4 workloads) after 8s',
    ],
  );
});

test("Helm's run is told with its lines, and where an object is kept before it is rewritten", () => {
  const operation = {
    phase: 'control-plane',
    release: 'istio',
    namespace: 'istio-system',
    chart: 'istio-1.2.10',
    revision: 3,
    values: {},
    description: '',
    does: { run: 'upgrade' },
  } as const;
  assert.deepEqual(
    [
      ...text({ event: 'kept', ref: ref('x'), where: '/state/x.json', at: 0 }),
      ...text({ event: 'helm-started', operation, changes: 20, at: 0 }),
      ...text({ event: 'helm-said', line: 'Release "istio" has been upgraded.\u0007', at: 2000 }),
      ...text({ event: 'change-prepared', change: update, at: 2000 }),
    ],
    [
      '0s kept Deployment.apps/istio-system/x as it was: /state/x.json',
      '0s helm upgrade istio: 20 changes',
      '2s helm: Release "istio" has been upgraded.\\u0007',
      `2s ${NAME} prepared`,
    ],
  );
});
