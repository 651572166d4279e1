import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenOffRows, finishedRows } from '../../../src/render/progress/finished-rows.ts';
import { liveRows } from '../../../src/render/progress/live-rows.ts';
import { fittedRow, type Row, rowText } from '../../../src/render/progress/row.ts';
import { advanced, NOT_BEGUN } from '../../../src/render/progress/run-progress.ts';
import { textWidth } from '../../../src/render/progress/text-width.ts';
import { slowestText, timesText } from '../../../src/render/progress/times-text.ts';
import { COLOURED, PLAIN } from '../../../src/render/style.ts';
import { after, ref, UPGRADE, update } from './events.ts';

const texts = (rows: readonly Row[]) => rows.map((row) => rowText(row, PLAIN));
const WAITING = after(...UPGRADE.slice(0, 12));

test('what stays of a run on a terminal is a row for each workload and phase, with how long it took', () => {
  let progress = NOT_BEGUN;
  const rows = UPGRADE.flatMap((event) => {
    const finished = finishedRows(event, progress);
    progress = advanced(progress, event);
    return finished;
  });
  assert.deepEqual(texts(rows), [
    '✓    15s phase config: 1 change',
    '✓     4s Deployment.apps/istio-system/galley is ready',
    '✓     9s Deployment.apps/istio-system/pilot is ready',
    '✓    12s phase control-plane: 2 changes',
    '✓  300ms verified: 3 objects are as predicted, 0 CustomResourceDefinitions established',
  ]);
});

test('meanwhile there is a row for the phase, with what it is at', () => {
  const at = (events: number, time: number) => texts(liveRows(after(...UPGRADE.slice(0, events)), time, 10));
  assert.deepEqual(at(0, 5000), []);
  assert.deepEqual(at(2, 8300), [
    '      8s phase config: 0 of 1 change, giving Pilot 15s to put in force what was written',
  ]);
  assert.deepEqual(at(7, 15_500), [
    '      0s phase control-plane: 0 of 2 changes, updating Deployment.apps/istio-system/galley',
  ]);
  assert.deepEqual(at(15, 29_500), ['      2s verifying what was written']);
  assert.deepEqual(at(16, 40_000), []);
});

test('and above it one for each workload that is waited for, with why it is not ready and for how long', () => {
  assert.deepEqual(texts(liveRows(WAITING, 21_900, 10)), [
    '      3s Deployment.apps/istio-system/galley: 0 of 1 new pods available',
    '      3s Deployment.apps/istio-system/pilot: 0 of 1 new pods available',
    '      6s phase control-plane: 2 of 2 changes, waiting for 2 objects',
  ]);
});

test('a restarted workload has a row until its sidecars are checked', () => {
  const cart = ref('cart', 'shop');
  const change = { ...update('cart'), ref: cart, phase: 'data-plane' } as const;
  const begun = after(
    { event: 'phase-started', phase: 'data-plane', changes: 2, at: 0 },
    { event: 'change-done', change, outcome: 'written', at: 1000 },
  );
  const why = (progress: typeof begun) => texts(liveRows(progress, 5000, 10))[0];
  assert.equal(why(begun), '      4s Deployment.apps/shop/cart: its pods are being replaced');
  const evicted = advanced(begun, { event: 'evicted', ref: cart, pod: 'cart-0', left: 2, at: 3000 });
  assert.equal(why(evicted), '      4s Deployment.apps/shop/cart: pod cart-0 is evicted, 2 to go');
  const ready = advanced(begun, { event: 'ready', ref: cart, at: 4000 });
  assert.equal(why(ready), '      4s Deployment.apps/shop/cart: checking its sidecars');
  const checked = { event: 'sidecars-checked', ref: cart, pods: 3, done: 1, total: 2, at: 5000 } as const;
  assert.equal(
    why(advanced(ready, checked)),
    '      5s phase data-plane: 1 of 2 changes, 1 of 2 workloads',
    'only the phase is left',
  );
  assert.deepEqual(texts(finishedRows(checked, ready)), [
    '✓     4s Deployment.apps/shop/cart runs the new sidecar (3 pods; 1 of 2 workloads)',
  ]);
});

test('what was not there when its phase was done is not waited for in the next one', () => {
  const done = advanced(WAITING, { event: 'phase-done', phase: 'control-plane', at: 22_000 });
  const next = advanced(done, { event: 'phase-started', phase: 'data-plane', changes: 1, at: 22_000 });
  assert.deepEqual(texts(liveRows(next, 22_000, 10)), ['      0s phase data-plane: 0 of 1 change']);
});

test('where there is no room for all rows the last says how many there are besides, and the phase stays', () => {
  const waits = ['a', 'b', 'c', 'd'].map((name) => ({ ref: ref(name), why: 'x' }));
  const progress = advanced(WAITING, { event: 'waiting', waits, at: 21_000 });
  const names = (most: number) => texts(liveRows(progress, 21_900, most)).map((line) => line.slice(9).split(/[:,]/)[0]);
  const all = ['galley', 'pilot', 'a', 'b', 'c', 'd'].map((name) => `Deployment.apps/istio-system/${name}`);
  assert.deepEqual(names(7), [...all, 'phase control-plane']);
  assert.deepEqual(names(6), [...all.slice(0, 4), 'and 2 more', 'phase control-plane']);
  assert.deepEqual(names(2), ['and 6 more', 'phase control-plane']);
  assert.deepEqual(names(1), ['phase control-plane']);
  assert.deepEqual(names(0), []);
});

test('a run that ends before its end leaves how far its phase came', () => {
  assert.deepEqual(texts(brokenOffRows(WAITING, 21_900)), ['✗     6s phase control-plane: 2 of 2 changes']);
  assert.deepEqual(brokenOffRows(NOT_BEGUN, 0), []);
});

test('a row that is written over is as wide as there is room, with wide characters counted', () => {
  const row: Row = {
    state: 'running',
    took: 3000,
    cells: [{ text: 'Deployment.apps/ns/x: ' }, { text: '拉取镜像失败' }],
  };
  const fitted = (width: number) => fittedRow(row, width, PLAIN);
  assert.equal(fitted(43), '      3s Deployment.apps/ns/x: 拉取镜像失败');
  assert.equal(fitted(42), '      3s Deployment.apps/ns/x: 拉取镜像失…');
  assert.equal(fitted(41), '      3s Deployment.apps/ns/x: 拉取镜像…');
  assert.equal(fitted(20), '      3s Deployment…');
  assert.equal(fitted(1), '…');
  assert.equal(fitted(0), '');
  const wideFirst: Row = { ...row, cells: [{ text: '拉取' }, { text: 'x' }] };
  assert.equal(fittedRow(wideFirst, 13, PLAIN), '      3s 拉…', 'nothing goes into the gap that a wide one leaves');
  for (let width = 0; width < 50; width += 1) assert.ok(textWidth(fitted(width)) <= width, `${width} columns`);
});

test('what is cut ends its colour', () => {
  const row: Row = {
    state: 'done',
    took: 3000,
    cells: [{ text: 'phase config', style: 'bold' }, { text: ': 3 changes' }],
  };
  assert.equal(
    fittedRow(row, 16, COLOURED),
    '\u001b[32m✓\u001b[39m\u001b[2m     3s \u001b[22m\u001b[1mphase \u001b[22m…',
  );
});

test('columns are counted as terminals do', () => {
  const widths: readonly (readonly [string, number])[] = [
    ['', 0],
    ['pod cart-0', 10],
    ['é', 1],
    ['e\u0301', 1],
    ['\u200b', 0],
    ['错误', 4],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
    ['🚀', 2],
    ['👩‍🚀', 2],
    ['✓ …', 3],
  ];
  for (const [text, width] of widths) assert.equal(textWidth(text), width, text);
});

test('the end says how long all of it took, each of several phases, and what took longest', () => {
  const done = after(...UPGRADE);
  assert.equal(timesText(done), '27s (config 15s, control-plane 12s)');
  assert.equal(timesText(after(...UPGRADE.slice(0, 5))), '15s');
  assert.equal(
    slowestText(done),
    'waited longest for: Deployment.apps/istio-system/pilot 9s, Deployment.apps/istio-system/galley 4s',
  );
  assert.equal(slowestText(after(...UPGRADE.slice(0, 13))), undefined, 'one alone');
  const quick = { ...done, waits: done.waits.map((wait) => ({ ...wait, took: 4999 })) };
  assert.equal(slowestText(quick), undefined, 'nothing took long');
});
