import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makePlan } from '../../../src/app/make-plan.ts';
import { EXIT, UpgradeError } from '../../../src/core/errors.ts';
import { canonicalJson, isArray, isObject, type Json, valueAt, withoutKey, withValue } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { PHASES } from '../../../src/core/phase.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { HOPS } from '../../../src/hops/index.ts';
import { readSnapshot } from '../../../src/memory/snapshot-file.ts';
import { readSavedPlan, SAVED_PLAN_SCHEMA, type SavedPlan, savedPlanText } from '../../../src/plan/saved/saved-plan.ts';
import { clusterOf } from '../../app/in-memory.ts';
import { controlPlane, planDataPlane, workload } from '../../app/sidecar-mesh.ts';
import { object, planOf, change as updateOf } from '../../objects.ts';
import { rehashed } from './rehashed.ts';

const read = (path: string) => readSnapshot(readFileSync(path, 'utf8'), path);

async function planOfFiles(live: string, ...targets: readonly string[]): Promise<Plan> {
  const request = {
    target: { objects: targets.flatMap(read).map((one) => ({ object: one, source: 'istio.yaml' })) },
    istioNamespace: 'istio-system',
    phases: PHASES,
    prune: true,
    removeAnnotations: true,
    willWrite: true,
    ignored: ['mtls-conflict'],
    isTaken: () => false,
  };
  return makePlan(request, clusterOf(...read(live)), HOPS);
}

const DEMO = [
  'test/demo/mesh-1.1.yaml',
  'test/demo/istio-1.2/crds.yaml',
  'test/demo/istio-1.2/control-plane.yaml',
] as const;

function savedOf(plan: Plan): SavedPlan {
  return {
    schema: SAVED_PLAN_SCHEMA,
    version: '9.9.9',
    identity: 'cluster u-1',
    salt: 'salt',
    request: {
      phases: plan.phases,
      prune: true,
      removeAnnotations: false,
      take: ['Service/shop/cart:spec.ports'],
      forceConflicts: false,
      ignore: [],
    },
    objects: [],
    plan,
  };
}

const asJson = (value: unknown): string => canonicalJson(JSON.parse(JSON.stringify(value)));

const PLANS: Readonly<Record<string, () => Promise<Plan>>> = {
  'a whole upgrade': () => planOfFiles(...DEMO),
  migrations: () => planOfFiles('test/cli/mtls-mesh.yaml', ...DEMO.slice(1)),
  'a data plane': () =>
    planDataPlane(
      clusterOf(
        ...controlPlane(),
        ...workload('shop/cart', { release: '1.1.17' }),
        ...workload('shop/agent', {
          kind: 'DaemonSet',
          release: '1.1.17',
          spec: { updateStrategy: { type: 'OnDelete' } },
        }),
      ),
      { evicts: true },
    ),
  'nothing to do': async () => planOf([]),
};

for (const [what, make] of Object.entries(PLANS)) {
  test(`${what}: what is read is what was saved`, async () => {
    const saved = savedOf(await make());
    assert.equal(asJson(readSavedPlan(savedPlanText(saved), 'plan')), asJson(saved));
  });
}

test('every kind of change, step and effect was among those', async () => {
  const plans = await Promise.all(Object.values(PLANS).map((make) => make()));
  const changes = plans.flatMap((plan) => plan.changes);
  assert.deepEqual(new Set(changes.map(({ op }) => op)), new Set(['create', 'update', 'replace', 'delete']));
  const steps = new Set(changes.flatMap((change) => change.steps.map((step) => step.do)));
  const all = ['hand-over', 'apply', 'prepare', 'orphan', 'create', 'delete', 'evict'];
  assert.deepEqual([...steps].sort(), all.sort());
  assert.ok(plans.some(({ mtls }) => mtls.length > 0) && plans.some(({ restsOn }) => restsOn.length > 0));
});

const SECRET = object('v1', 'Secret', 'istio-system/kiali', {
  data: { passphrase: 'c2VjcmV0', empty: '' },
  stringData: { username: 'hunter2' },
  metadata: {
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"passphrase":"c2VjcmV0"}}' },
  },
});

test('no value of a Secret is in the file, and equal values stay equal', () => {
  const after: K8sObject = { ...SECRET, data: { passphrase: 'bmV3', empty: '' } };
  const change = { ...updateOf(SECRET, after), steps: [{ do: 'apply' as const, body: after }] };
  const text = savedPlanText(savedOf(planOf([change])));
  for (const value of ['c2VjcmV0', 'bmV3', 'hunter2', 'last-applied-configuration":"{'])
    assert.ok(!text.includes(value), value);
  const [read] = readSavedPlan(text, 'plan').plan.changes;
  assert.ok(read?.op === 'update');
  assert.notEqual(valueAt(read.before, 'data', 'passphrase'), valueAt(read.after, 'data', 'passphrase'));
  assert.equal(valueAt(read.before, 'data', 'empty'), valueAt(read.after, 'data', 'empty'));
  const [step] = read.steps;
  assert.ok(step?.do === 'apply');
  assert.deepEqual(step.body.data, read.after.data);
});

test('another salt makes other hashes', () => {
  const hashed = (salt: string) => savedPlanText({ ...savedOf(planOf([updateOf(SECRET, SECRET)])), salt });
  const passphrase = (text: string) => valueAt(JSON.parse(text), 'plan', 'changes', 0, 'before', 'data', 'passphrase');
  assert.match(`${passphrase(hashed('a'))}`, /^scrypt:/);
  assert.notEqual(passphrase(hashed('a')), passphrase(hashed('b')));
});

function refusal(text: string): UpgradeError {
  try {
    readSavedPlan(text, 'my.plan');
  } catch (error) {
    assert.ok(error instanceof UpgradeError, String(error));
    return error;
  }
  assert.fail('it was read');
}

test('what is no saved plan is told so, with the reason', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /^my\.plan is no saved plan: it is not JSON$/],
    ['kind: List', /it is not JSON$/],
    ['[]', /it names no schema$/],
    ['{"schema": 1}', /it names no schema$/],
    [
      '{"schema": "istio-upgrade/saved-plan/v2"}',
      /its schema is "istio-upgrade\/saved-plan\/v2", not istio-upgrade\/saved-plan\/v1$/,
    ],
    ['{"schema": "istio-upgrade/plan/v1"}', /its schema is "istio-upgrade\/plan\/v1"/],
    [
      `{"schema": "${SAVED_PLAN_SCHEMA}", "deep": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      /nested more than 300 levels deep$/,
    ],
  ];
  for (const [text, message] of cases) {
    const { message: told, exit } = refusal(text);
    assert.match(told, message);
    assert.equal(exit, EXIT.usage);
  }
});

test('any value that was changed after it was written is seen', async () => {
  const text = savedPlanText(savedOf(await planOfFiles(...DEMO)));
  for (const [from, to] of [
    ['1.2.10', '1.2.11'],
    ['"prune": true', '"prune": false'],
    ['cluster u-1', 'cluster u-2'],
    ['"op": "update"', '"op": "delete"'],
    ['sha256:', 'sha256:0'],
  ] as const) {
    assert.ok(text.includes(from), from);
    const { message, exit } = refusal(text.replace(from, to));
    assert.equal(message, 'my.plan: the saved plan was changed after it was written', from);
    assert.equal(exit, EXIT.blocked);
  }
});

test('a file that somebody made, with a right hash, is still read strictly: each wrong value is named by its place', async () => {
  const whole: Json = JSON.parse(savedPlanText(savedOf(await planOfFiles(...DEMO))));
  const wrong: readonly (readonly [readonly string[], Json, RegExp])[] = [
    [['identity'], 7, /file\.identity is not a text$/],
    [['more'], true, /file\.more is not known$/],
    [['plan', 'changes'], {}, /file\.plan\.changes is not a list$/],
    [
      ['plan', 'changes'],
      [{ op: 'explode' }],
      /file\.plan\.changes\[0\]\.op is not one of create, update, replace, delete$/,
    ],
    [['plan', 'phases'], ['all'], /file\.plan\.phases\[0\] is not one of crds/],
    [['plan', 'mtls'], [{}], /file\.plan\.mtls\[0\]\.service is not an object$/],
    [['plan', 'restsOn'], [{ object: { kind: 'x' } }], /file\.plan\.restsOn\[0\]\.object is not a Kubernetes object$/],
    [['request', 'prune'], 'yes', /file\.request\.prune is not true or false$/],
    [['objects'], [{ ref: null }], /file\.objects\[0\]\.ref is not an object$/],
  ];
  for (const [path, value, message] of wrong) {
    assert.ok(isObject(whole));
    const error = refusal(rehashed(withValue(whole, path, value)));
    assert.match(error.message, message);
    assert.equal(error.exit, EXIT.usage);
  }
});

test('whatever is missing, or of another kind, is an error and never a crash', async () => {
  const whole: Json = JSON.parse(
    savedPlanText(savedOf(await planOfFiles('test/cli/mtls-mesh.yaml', ...DEMO.slice(1)))),
  );
  assert.ok(isObject(whole));
  const first = { ...whole, plan: shortened(valueAt(whole, 'plan') ?? null) };
  let tried = 0;
  for (const broken of mutations(first)) {
    if (!isObject(broken)) continue;
    const text = rehashed(broken);
    if (text === rehashed(first)) continue;
    tried += 1;
    try {
      readSavedPlan(text, 'plan');
    } catch (error) {
      assert.ok(error instanceof UpgradeError, `${error}`);
    }
  }
  assert.ok(tried > 500, `${tried}`);
});

/** Lists cut down to their first two entries, so that there is less to break. */
function shortened(value: Json): Json {
  if (isArray(value)) return value.slice(0, 2).map(shortened);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shortened(one ?? null)]));
}

/** The value with one part of it missing, or replaced by something else. */
function* mutations(value: Json): Generator<Json> {
  yield null;
  yield 'text';
  if (isArray(value)) {
    for (const [index, item] of value.entries()) for (const other of mutations(item)) yield value.with(index, other);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === 'hash' || key === 'metadata' || key === 'spec') continue;
      yield withoutKey(value, key);
      for (const other of mutations(item ?? null)) yield { ...value, [key]: other };
    }
  }
}
