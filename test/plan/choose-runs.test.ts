import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import { refOf } from '../../src/core/object.ts';
import { DEFAULT_PHASES, type Phase } from '../../src/core/phase.ts';
import { type KeptRun, type Outcome, RUN_SCHEMA } from '../../src/core/run.ts';
import { chooseRuns } from '../../src/plan/choose-runs.ts';
import { lostObjects } from '../../src/plan/lost-objects.ts';
import { object, resourceOf } from '../objects.ts';

const MESH = { address: 'https://a', uid: 'u-1', istioNamespace: 'istio-system' };

interface Parts {
  readonly wrote?: readonly Phase[];
  readonly outcome?: Outcome['result'];
  readonly undoes?: readonly string[];
  readonly phases?: readonly Phase[];
  readonly cluster?: { readonly address: string; readonly uid?: string };
  readonly istioNamespace?: string;
  readonly result?: 'done' | 'refused';
}

/** A run that wrote one object in each of some phases. */
function run(id: string, parts: Parts = {}): KeptRun {
  const { wrote = ['control-plane'], outcome, undoes = [], phases = wrote, result = 'done' } = parts;
  const objects = wrote.map((phase) => ({ phase, object: object('v1', 'ConfigMap', `istio-system/${phase}`) }));
  return {
    record: {
      schema: RUN_SCHEMA,
      id,
      tool: '0.1.0',
      startedAt: '',
      by: { account: 'ann' },
      cluster: parts.cluster ?? { address: 'https://a', uid: 'u-1' },
      istioNamespace: parts.istioNamespace ?? 'istio-system',
      from: '1.1.17',
      to: '1.2.10',
      phases,
      words: [],
      answer: 'yes',
      ignored: [],
      undoes,
      changes: objects.map(({ phase, object: one }) => ({ ref: refOf(one), phase, stage: 'write' })),
      isHelms: false,
      restarts: [],
      plan: {},
      ...(outcome === undefined ? {} : { outcome: { result: outcome, at: '' } }),
    },
    entries: objects.map(({ object: one }) => {
      const ahead = { verb: 'apply', ref: refOf(one), resource: resourceOf(one), before: undefined } as const;
      return result === 'done' ? { ...ahead, result, after: one } : { ...ahead, result };
    }),
  };
}

function chosen(
  kept: readonly KeptRun[],
  parts: { phases?: readonly Phase[]; named?: readonly KeptRun[]; mesh?: typeof MESH } = {},
) {
  const { phases = DEFAULT_PHASES, named = [], mesh = MESH } = parts;
  const { runs, begun } = chooseRuns(kept, { mesh, phases, named });
  return [runs.map(({ record }) => record.id), begun.map(({ record }) => record.id)];
}

const CASES: readonly (readonly [string, readonly KeptRun[], readonly string[]])[] = [
  ['the last run', [run('1', { outcome: 'done' }), run('2', { outcome: 'done' })], ['2']],
  ['a run that was cut off', [run('1', { outcome: 'done' }), run('2')], ['2']],
  [
    'with a run the ones that it finished',
    [run('1', { outcome: 'done' }), run('2'), run('3', { outcome: 'failed' }), run('4', { outcome: 'done' })],
    ['2', '3', '4'],
  ],
  ['not what wrote nothing', [run('1', { outcome: 'done' }), run('2', { wrote: [], outcome: 'done' })], ['1']],
  ['not what was only refused', [run('1', { outcome: 'done' }), run('2', { result: 'refused' })], ['1']],
  [
    'not what is taken back already',
    [run('1', { outcome: 'done' }), run('2', { outcome: 'done' }), run('3', { undoes: ['2'], outcome: 'done' })],
    ['1'],
  ],
  ['again what a rollback did not finish', [run('1', { outcome: 'done' }), run('2', { undoes: ['1'] })], ['1']],
  [
    'what a rollback took back that was taken back itself',
    [
      run('1', { outcome: 'done' }),
      run('2', { undoes: ['1'], outcome: 'done' }),
      run('3', { undoes: ['2'], outcome: 'done' }),
    ],
    ['1'],
  ],
  [
    'not what was about another cluster, whatever its address',
    [run('1', { outcome: 'done' }), run('2', { cluster: { address: 'https://a', uid: 'u-2' } })],
    ['1'],
  ],
  [
    'what was about the same cluster at another address',
    [run('1', { cluster: { address: 'https://b', uid: 'u-1' } })],
    ['1'],
  ],
  ['what was about the same address where no uid is known', [run('1', { cluster: { address: 'https://a' } })], ['1']],
  [
    'not what was about another control plane',
    [run('1', { outcome: 'done' }), run('2', { istioNamespace: 'other' })],
    ['1'],
  ],
  [
    'not workloads that were restarted since',
    [run('1', { outcome: 'done' }), run('2', { wrote: ['data-plane'], outcome: 'done' })],
    ['1'],
  ],
];

for (const [what, kept, ids] of CASES) {
  test(`a rollback takes back ${what}`, () => assert.deepEqual(chosen(kept)[0], ids));
}

test('the attempts to take a run back that did not end well are known', () => {
  const kept = [
    run('1', { outcome: 'done' }),
    run('2', { undoes: ['1'] }),
    run('3', { undoes: ['1'], outcome: 'failed' }),
  ];
  assert.deepEqual(chosen(kept), [['1'], ['2', '3']]);
});

test('with phase data-plane go all workloads that were restarted since, or alone the last of them', () => {
  const restart = { wrote: ['data-plane'], outcome: 'done' } as const;
  const kept = [run('1', restart), run('2', { outcome: 'done' }), run('3', restart), run('4', restart)];
  assert.deepEqual(chosen(kept, { phases: [...DEFAULT_PHASES, 'data-plane'] })[0], ['2', '3', '4']);
  assert.deepEqual(chosen(kept, { phases: ['data-plane'] })[0], ['4']);
});

test('a phase is taken back for itself', () => {
  const kept = [
    run('1', { wrote: ['crds', 'control-plane'], outcome: 'done' }),
    run('2', { undoes: ['1'], outcome: 'done' }),
  ];
  assert.deepEqual(chosen(kept, { phases: ['crds'] })[0], ['1']);
  assert.throws(() => chosen(kept, { phases: ['control-plane'] }), /nothing to roll back/);
});

test('a run that is named is taken back whatever it was, if it was about this mesh', () => {
  const undone = run('2', { undoes: ['1'], outcome: 'done' });
  assert.deepEqual(chosen([run('1', { outcome: 'done' }), undone], { named: [undone] })[0], ['2']);
  const elsewhere = run('3', { cluster: { address: 'https://b', uid: 'u-2' } });
  assert.throws(
    () => chosen([elsewhere], { named: [elsewhere] }),
    (error) =>
      error instanceof UpgradeError &&
      error.exit === 3 &&
      error.message === 'run 3 was about namespace istio-system on https://b',
  );
});

test('where there is nothing it says what was looked for', () => {
  assert.throws(() => chosen([]), {
    exit: 3,
    message:
      'nothing to roll back: no run that is kept here wrote to namespace istio-system on https://a (phases crds, config, control-plane)',
  });
});

test('what a run that was cut off deleted last is known as it was', () => {
  const [first] = run('1').entries;
  assert.ok(first);
  const { ref, resource } = first;
  const before = object('v1', 'ConfigMap', 'istio-system/control-plane', { data: { theirs: 'x' } });
  const deleted = { verb: 'delete', ref, resource, before, result: 'done', after: undefined } as const;
  const ahead = { verb: 'apply', ref, resource, before: undefined } as const;
  const lost = (kept: KeptRun, ...entries: KeptRun['entries']) => [
    ...lostObjects([{ ...kept, entries }], MESH).values(),
  ];
  assert.deepEqual(lost(run('1'), deleted), [before]);
  assert.deepEqual(lost(run('1'), { ...deleted, result: 'unanswered' }), [before]);
  assert.deepEqual(lost(run('1'), deleted, { ...ahead, result: 'unanswered' }), [before]);
  assert.deepEqual(lost(run('1'), deleted, { ...ahead, result: 'refused' }), [before]);
  assert.deepEqual(lost(run('1'), deleted, { ...ahead, result: 'done', after: before }), []);
  assert.deepEqual(lost(run('1'), { ...deleted, result: 'refused' }), []);
  assert.deepEqual(lost(run('1', { outcome: 'done' }), deleted), [], 'it was meant to go');
  assert.deepEqual(lost(run('1', { istioNamespace: 'other' }), deleted), []);
});
