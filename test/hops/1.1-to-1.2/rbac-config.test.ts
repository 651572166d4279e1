import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makePlan } from '../../../src/app/make-plan.ts';
import { runPlan } from '../../../src/app/run-plan.ts';
import { canonicalJson, type JsonObject } from '../../../src/core/json.ts';
import { type K8sObject, refOf, refText } from '../../../src/core/object.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { blockers } from '../../../src/core/problem.ts';
import { normalise } from '../../../src/diff/normalise.ts';
import { rbacConfig } from '../../../src/hops/1.1-to-1.2/rules/rbac-config.ts';
import type { MemoryClusterPort } from '../../../src/memory/memory-cluster.ts';
import { readSnapshot } from '../../../src/memory/snapshot-file.ts';
import { clusterOf, fakeClock } from '../../app/in-memory.ts';
import { deployment, object } from '../../objects.ts';
import { contextOf, targetOf } from '../context.ts';
import { WITHOUT_CHECKS } from '../without-checks.ts';

const CASES = join(import.meta.dirname, 'rbac-config');
const CREATE = 'create ClusterRbacConfig.rbac.istio.io/default';
const remove = (namespace: string) => `delete RbacConfig.rbac.istio.io/${namespace}/default`;

interface Expected {
  readonly changes?: readonly string[];
  /** One pattern a problem: its severity, its message, its id. */
  readonly problems?: readonly RegExp[];
}

/** What the plan for `before.yaml` says; `after.yaml` is what is there once it was carried out, if nothing blocks it. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'no-rbac-config': {},
  one: { changes: [CREATE, remove('istio-system')] },
  'without-spec': { changes: [CREATE, remove('shop')] },
  'spec-in-annotation': { changes: [CREATE, remove('default')] },
  'beside-same': { changes: [remove('default')] },
  'beside-other': {
    problems: [
      /^warning RbacConfig\S+\/default\/default \(mode ON\) has no effect: ClusterRbacConfig\S+\/default \(mode OFF\) is in force, with another spec; nothing is changed rbac-config-ignored$/,
    ],
  },
  'beside-terminating': { problems: [/^warning ClusterRbacConfig\S+ is being deleted; .* rbac-config-terminating$/] },
  'beside-invalid': {
    problems: [
      /^blocker ClusterRbacConfig\S+\/default cannot be carried over: mode "sometimes" .* rbac-config-invalid$/,
    ],
  },
  terminating: { problems: [/^warning RbacConfig\S+\/shop\/default is being deleted; .* rbac-config-terminating$/] },
  'several-same': { changes: [CREATE, remove('bank'), remove('shop')] },
  'several-different': {
    problems: [
      /^warning 2 RbacConfigs differ, .*at random: RbacConfig\S+\/bank\/default \(mode ON\), RbacConfig\S+\/shop\/default \(mode ON_WITH_INCLUSION\); nothing is changed rbac-config-several$/,
    ],
  },
  'several-beside': {
    changes: [remove('bank')],
    problems: [/^warning RbacConfig\S+\/shop\/default .* rbac-config-ignored$/],
  },
  'not-default': { problems: [/^note RbacConfig\S+\/shop\/custom has no effect: .* rbac-config-not-default$/] },
  'default-and-another': {
    changes: [CREATE, remove('shop')],
    problems: [/^note RbacConfig\S+\/shop\/custom has no effect: .* rbac-config-not-default$/],
  },
  invalid: {
    problems: [
      /^blocker RbacConfig\S+\/shop\/default cannot be carried over: mode ON_WITH_INCLUSION needs an inclusion .* rbac-config-invalid$/,
    ],
  },
};

test('every case has its folder, and every folder its case', () => {
  assert.deepEqual(readdirSync(CASES).sort(), Object.keys(EXPECTED).sort());
});

for (const [name, { changes = [], problems = [] }] of Object.entries(EXPECTED)) {
  test(`${name}: the plan, what is there after it, and nothing left to do`, async () => {
    const cluster = meshWith(read(name, 'before'));
    const plan = await planFor(cluster);
    assert.deepEqual(
      plan.changes.map(({ op, ref }) => `${op} ${refText(ref)}`),
      changes,
    );
    const found = plan.problems.map(({ severity, message, id }) => `${severity} ${message} ${id}`);
    assert.equal(found.length, problems.length, found.join('\n'));
    for (const [index, pattern] of problems.entries()) assert.match(found[index] ?? '', pattern);
    if (blockers(plan.problems).length === 0) await carryOut(plan, cluster);
    assert.deepEqual(configsIn(cluster), read(name, 'after').map(shown).sort());
    const again = await planFor(cluster);
    assert.deepEqual(again.changes, []);
    assert.deepEqual(again.problems, plan.problems, 'what was to decide still is');
  });
}

test('the new object is written first; the old one goes only after a pause', async () => {
  const cluster = meshWith(read('one', 'before'));
  const told: string[] = [];
  for await (const event of runPlan(await planFor(cluster), { cluster, clock: fakeClock(), timeout: 1000 }))
    told.push('change' in event ? `${event.event} ${event.change.op} at ${event.at}` : `${event.event} at ${event.at}`);
  assert.deepEqual(told, [
    'phase-started at 0',
    'change-started create at 0',
    'change-done create at 0',
    'settling at 0',
    'change-started delete at 15000',
    'change-done delete at 15000',
    'phase-done at 15000',
    'verified at 15000',
  ]);
});

test('the new object has what people wrote, without the record of the old one', async () => {
  const cluster = meshWith(read('one', 'before'));
  await carryOut(await planFor(cluster), cluster);
  const created = cluster.snapshot().find(({ kind }) => kind === 'ClusterRbacConfig');
  assert.deepEqual(created?.metadata.annotations, { 'reviewed-by': 'ana' });
  const [creation] = (await planFor(meshWith(read('spec-in-annotation', 'before')))).changes;
  assert.deepEqual(Object.keys(creation?.op === 'create' ? creation.after : {}).sort(), [
    'apiVersion',
    'kind',
    'metadata',
    'spec',
  ]);
});

test('the plan says what is in force and that sources have to follow', async () => {
  const { changes } = await planFor(meshWith(read('one', 'before')));
  const [creation, removal] = changes.map(({ notes }) => notes.join('\n'));
  assert.match(creation ?? '', /in force today: RbacConfig\S+\/istio-system\/default \(mode ON_WITH_INCLUSION\)/);
  assert.match(creation ?? '', /change the source .* to kind ClusterRbacConfig without a namespace/);
  assert.match(removal ?? '', /in force: ClusterRbacConfig\S+\/default, mode ON_WITH_INCLUSION/);
  assert.match(removal ?? '', /applied again it would come back, without effect/);
});

test('a spec that Galley refuses blocks, with what is wrong in it', () => {
  const wrong: readonly (readonly [JsonObject | string, RegExp])[] = [
    [{ mode: true }, /mode is true: in YAML, ON and OFF without quotes are no text/],
    [{ mode: 4 }, /mode 4 is none of OFF, ON, ON_WITH_INCLUSION, ON_WITH_EXCLUSION/],
    [{ mode: 2 }, /mode ON_WITH_INCLUSION needs an inclusion \("inclusion: \{\}" for none\)/],
    [{ mode: 'ON_WITH_EXCLUSION', inclusion: {} }, /mode ON_WITH_EXCLUSION needs an exclusion/],
    [{ mode: 'ON', enforcement_mode: 'MAYBE' }, /enforcementMode "MAYBE" is none of ENFORCED, PERMISSIVE/],
    [{ inclusion: [] }, /its inclusion \[\] is no object/],
    [{ exclusion: { services: 'cart' } }, /exclusion\.services is no list of names/],
    ['ON', /its spec "ON" is no object/],
  ];
  for (const [spec, pattern] of wrong) {
    const { wishes = [], problems = [] } = rbacConfig.apply(contextOf({ live: [config('shop', spec)] }));
    assert.deepEqual(
      [wishes, problems.map(({ severity, id }) => [severity, id])],
      [[], [['blocker', 'rbac-config-invalid']]],
    );
    assert.match(problems[0]?.message ?? '', pattern);
  }
});

test('specs that differ in anything but how they are written are different', () => {
  const specs: readonly JsonObject[] = [
    { mode: 'ON' },
    { mode: 'OFF' },
    { mode: 'ON', enforcementMode: 'PERMISSIVE' },
    { mode: 'ON_WITH_INCLUSION', inclusion: {} },
    { mode: 'ON_WITH_INCLUSION', inclusion: { namespaces: ['shop'] } },
    { mode: 'ON_WITH_EXCLUSION', exclusion: {} },
  ];
  for (const [a, left] of specs.entries())
    for (const [b, right] of specs.entries()) {
      const { problems = [] } = rbacConfig.apply(contextOf({ live: [config('bank', left), config('shop', right)] }));
      assert.equal(problems.length, a === b ? 0 : 1, `${canonicalJson(left)} and ${canonicalJson(right)}`);
    }
});

test('what a Pilot that keeps to one namespace does not see is not put in force', () => {
  for (const args of [
    ['discovery', '-a', 'istio-system'],
    ['discovery', '--appNamespace=istio-system'],
  ]) {
    const live = [pilotWith(args), config('shop', { mode: 'ON' })];
    const { wishes = [], problems = [] } = rbacConfig.apply(contextOf({ live }));
    assert.deepEqual(
      [wishes, problems.map(({ severity, id }) => [severity, id])],
      [[], [['note', 'rbac-config-not-watched']]],
    );
    const own = rbacConfig.apply(contextOf({ live: [pilotWith(args), config('istio-system', { mode: 'ON' })] }));
    assert.deepEqual([own.wishes?.length, own.problems], [2, []]);
  }
  const everywhere = contextOf({ live: [pilotWith(['discovery', '-a', '']), config('shop', { mode: 'ON' })] });
  assert.equal(rbacConfig.apply(everywhere).wishes?.length, 2);
});

test('a ClusterRbacConfig among the manifests is not got ahead of', () => {
  const target = [object('rbac.istio.io/v1alpha1', 'ClusterRbacConfig', 'default', { spec: { mode: 'OFF' } })];
  const { wishes, problems = [] } = rbacConfig.apply(contextOf({ live: [config('shop', { mode: 'ON' })], target }));
  assert.deepEqual(
    [wishes, problems.map(({ severity, id }) => [severity, id])],
    [[], [['warning', 'rbac-config-in-target']]],
  );
});

function config(namespace: string, spec: JsonObject | string): K8sObject {
  return object('rbac.istio.io/v1alpha1', 'RbacConfig', `${namespace}/default`, { spec });
}

function pilotWith(args: readonly string[]): K8sObject {
  const pilot = deployment('istio-system/istio-pilot');
  const containers = [{ name: 'discovery', image: 'docker.io/istio/pilot:1.1.17', args }];
  return { ...pilot, spec: { template: { spec: { containers } } } };
}

function crd(kind: string, scope: string): K8sObject {
  const plural = `${kind.toLowerCase()}s`;
  return object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', `${plural}.rbac.istio.io`, {
    spec: { group: 'rbac.istio.io', version: 'v1alpha1', scope, names: { kind, plural } },
  });
}

/** A mesh of Istio 1.1 with these objects in it. */
function meshWith(objects: readonly K8sObject[]): MemoryClusterPort {
  const definitions = [crd('RbacConfig', 'Namespaced'), crd('ClusterRbacConfig', 'Cluster')];
  return clusterOf(deployment('istio-system/istio-pilot'), ...definitions, ...objects);
}

function planFor(cluster: MemoryClusterPort): Promise<Plan> {
  const target = targetOf([deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10' })]);
  const request = {
    target: { objects: target },
    istioNamespace: 'istio-system',
    phases: ['config'],
    prune: false,
    removeAnnotations: false,
    willWrite: true,
    ignored: [],
    isTaken: () => false,
  } as const;
  return makePlan(request, cluster, WITHOUT_CHECKS);
}

async function carryOut(plan: Plan, cluster: MemoryClusterPort): Promise<void> {
  for await (const _event of runPlan(plan, { cluster, clock: fakeClock(), timeout: 1000 }));
}

function read(name: string, file: 'before' | 'after'): readonly K8sObject[] {
  const path = join(CASES, name, `${file}.yaml`);
  return readSnapshot(readFileSync(path, 'utf8'), path);
}

function configsIn(cluster: MemoryClusterPort): readonly string[] {
  return cluster
    .snapshot()
    .filter((one) => refOf(one).group === 'rbac.istio.io')
    .map(shown)
    .sort();
}

function shown(one: K8sObject): string {
  return canonicalJson(normalise(one));
}
