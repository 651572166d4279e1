import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/app/events.ts';
import type { Change } from '../../src/core/change.ts';
import { refOf } from '../../src/core/object.ts';
import { eventText } from '../../src/render/event-text.ts';
import { COLOURED, PLAIN } from '../../src/render/style.ts';
import { change, deployment } from '../objects.ts';

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
const text = (event: RunEvent) => eventText(event, PLAIN);

test('a phase begins with how much it changes', () => {
  assert.deepEqual(text({ event: 'phase-started', phase: 'crds', changes: 2, at: 0 }), ['0:00 phase crds: 2 changes']);
  assert.deepEqual(text({ event: 'phase-started', phase: 'config', changes: 1, at: 0 }), [
    '0:00 phase config: 1 change',
  ]);
});

test('a change is told when it is done, as what it was', () => {
  for (const [one, word] of CHANGES) {
    assert.deepEqual(text({ event: 'change-started', change: one, index: 1, total: 4, at: 0 }), []);
    assert.deepEqual(text({ event: 'change-done', change: one, outcome: 'written', at: 7000 }), [
      `0:07 ${NAME} ${word}`,
    ]);
  }
});

test('a change that an earlier run made is told as such', () => {
  assert.deepEqual(text({ event: 'change-done', change: update, outcome: 'already-done', at: 0 }), [
    `0:00 ${NAME} already done`,
  ]);
});

test('everything that is waited for has a line with the reason, and one more when it is there', () => {
  const waits = [
    { ref: refOf(PILOT), why: '0 of 1 new pods available' },
    { ref: refOf(deployment('istio-system/istio-galley')), why: 'it does not exist' },
  ];
  assert.deepEqual(text({ event: 'waiting', waits, at: 61_500 }), [
    `1:01 waiting for ${NAME}: 0 of 1 new pods available`,
    '1:01 waiting for Deployment.apps/istio-system/istio-galley: it does not exist',
  ]);
  assert.deepEqual(text({ event: 'ready', ref: refOf(PILOT), at: 754_000 }), [`12:34 ${NAME} is ready`]);
});

test('a pause says what it is for and how long it is', () => {
  assert.deepEqual(text({ event: 'settling', milliseconds: 15_000, at: 1000 }), [
    '0:01 giving Pilot 15 s to put in force what was written',
  ]);
});

test('the end says what was verified', () => {
  assert.deepEqual(text({ event: 'verified', changes: 82, crds: 23, at: 0 }), [
    '0:00 verified: 82 objects are as predicted, 23 CustomResourceDefinitions established',
  ]);
});

test('what the cluster says cannot command the terminal', () => {
  const ref = { ...refOf(PILOT), name: 'evil\u001b[2J' };
  const lines = [
    ...text({ event: 'waiting', waits: [{ ref, why: 'Back-off \u001b]0;owned\u0007' }], at: 0 }),
    ...text({ event: 'ready', ref, at: 0 }),
    ...text({ event: 'change-done', change: { ...update, ref }, outcome: 'written', at: 0 }),
  ];
  assert.equal(lines.length, 3);
  for (const line of lines) {
    assert.match(line, /\\u001b\[2J/);
    assert.doesNotMatch(line, /[\u001b\u0007]/);
  }
});

test('in colour, the time stands back and the outcome out', () => {
  const [line] = eventText({ event: 'change-done', change: update, outcome: 'written', at: 0 }, COLOURED);
  assert.equal(line, `\u001b[2m0:00\u001b[22m ${NAME} \u001b[32mupdated\u001b[39m`);
});

test('restarts, evictions and checked sidecars are told by workload', () => {
  const ref = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart' };
  const restart = { ...update, ref, phase: 'data-plane' } as const;
  assert.deepEqual(
    [
      ...text({ event: 'change-done', change: restart, outcome: 'written', at: 0 }),
      ...text({ event: 'change-done', change: restart, outcome: 'already-done', at: 0 }),
      ...text({ event: 'evicted', ref, pod: 'cart-0', left: 2, at: 0 }),
      ...text({ event: 'sidecars-checked', ref, pods: 1, done: 3, total: 4, at: 0 }),
    ],
    [
      '0:00 Deployment.apps/shop/cart restarting',
      '0:00 Deployment.apps/shop/cart already done',
      '0:00 evicted pod cart-0 of Deployment.apps/shop/cart, 2 to go',
      '0:00 Deployment.apps/shop/cart runs the new sidecar (1 pod; 3 of 4 workloads)',
    ],
  );
});
