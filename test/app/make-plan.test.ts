import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makePlan } from '../../src/app/make-plan.ts';
import type { PlanRequest } from '../../src/app/plan-request.ts';
import { UpgradeErrors } from '../../src/core/errors.ts';
import { type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { DEFAULT_PHASES } from '../../src/core/phase.ts';
import type { Plan } from '../../src/core/plan.ts';
import { readSnapshot } from '../../src/memory/snapshot-file.ts';
import { planData } from '../../src/render/plan-data.ts';
import { WITHOUT_CHECKS } from '../hops/without-checks.ts';
import { deployment, object } from '../objects.ts';
import { clusterOf } from './in-memory.ts';

const read = (path: string) => readSnapshot(readFileSync(`test/demo/${path}`, 'utf8'), path);
// With uids, as a server has them.
const MESH = read('mesh-1.1.yaml').map((live) => ({
  ...live,
  metadata: { ...live.metadata, uid: refText(refOf(live)) },
}));
const TARGET = ['istio-1.2/crds.yaml', 'istio-1.2/control-plane.yaml'].flatMap(read);

function planFrom(
  live: readonly K8sObject[],
  target: readonly K8sObject[],
  parts: Partial<PlanRequest> = {},
): Promise<Plan> {
  const request: PlanRequest = {
    target: { objects: target.map((one) => ({ object: one, source: 'istio.yaml' })) },
    istioNamespace: 'istio-system',
    phases: DEFAULT_PHASES,
    prune: false,
    removeAnnotations: false,
    willWrite: false,
    ignored: [],
    isTaken: () => false,
    ...parts,
  };
  return makePlan(request, clusterOf(...live), WITHOUT_CHECKS);
}

test('the plan is the same however the manifests and the cluster are ordered', async () => {
  const expected = await planFrom(MESH, TARGET);
  assert.ok(expected.changes.length > 10 && expected.skipped.length > 1 && expected.leftovers.length > 0);
  for (const turn of [3, 8]) {
    const plan = await planFrom(rotated(MESH, turn), rotated(TARGET, turn));
    assert.deepEqual(comparable(plan), comparable(expected));
  }
});

test('problems come object by object, however the manifests are ordered', async () => {
  const strangers = ['b', 'a', 'c'].map((name) => {
    const binding = (role: string) =>
      object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', name, {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      });
    return { live: binding('old'), wanted: binding('new') };
  });
  const live = strangers.map((stranger) => stranger.live);
  const wanted = strangers.map((stranger) => stranger.wanted);
  const { problems } = await planFrom([...MESH, ...live], [...TARGET, ...wanted]);
  assert.deepEqual(
    problems.flatMap(({ id, ref }) => (id === 'immutable-field' ? [ref?.name] : [])),
    ['a', 'b', 'c'],
  );
});

test('planning twice gives the same plan', async () => {
  assert.deepEqual(comparable(await planFrom(MESH, TARGET)), comparable(await planFrom(MESH, TARGET)));
});

test('only the phases that are asked for are planned, and waited for', async () => {
  const plan = await planFrom(MESH, TARGET, { phases: ['crds'] });
  assert.ok(plan.changes.length > 0);
  assert.deepEqual([...new Set(plan.changes.map(({ phase }) => phase))], ['crds']);
  assert.ok(plan.awaited.crds.length > 0);
  assert.deepEqual(plan.awaited['control-plane'], []);
});

test("the release's workloads and definitions are waited for, changed or not", async () => {
  const { awaited } = await planFrom(MESH, TARGET);
  const names = awaited['control-plane'].map(({ ref }) => refText(ref));
  assert.ok(names.includes('Deployment.apps/istio-system/istio-pilot'));
  assert.deepEqual([...names].sort(), names);
  assert.equal(awaited.crds.length, TARGET.filter(({ kind }) => kind === 'CustomResourceDefinition').length);
});

test('every kind that the server does not serve is named at once', async () => {
  const strange = ['a', 'b'].map((name) => object('example.org/v1', `Strange${name}`, `istio-system/${name}`));
  await assert.rejects(planFrom(MESH, [...TARGET, ...strange]), (error) => {
    assert.ok(error instanceof UpgradeErrors);
    assert.equal(error.errors.length, 2);
    assert.match(error.message, /Strangea\.example\.org[\s\S]*Strangeb\.example\.org/);
    return true;
  });
});

test('a field that somebody else owns is a warning with the way to take it; taken it is none', async () => {
  const live = deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.1.17' });
  const fieldsV1 = {
    'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"discovery"}': { 'f:image': {} } } } } },
  };
  const entry = {
    manager: 'platform-team',
    operation: 'Update',
    apiVersion: 'apps/v1',
    fieldsType: 'FieldsV1',
    fieldsV1,
  };
  const theirs = { ...live, metadata: { ...live.metadata, managedFields: [entry] } };
  const wanted = [deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10' })];
  const { problems } = await planFrom([theirs], wanted);
  assert.deepEqual(
    problems.map(({ id, severity }) => [id, severity]),
    [['field-conflict', 'warning']],
  );
  const path = 'spec.template.spec.containers[name="discovery"].image';
  assert.match(problems[0]?.hint ?? '', /--take Deployment\.apps\/istio-system\/istio-pilot:spec\.template/);
  const taken = await planFrom([theirs], wanted, { isTaken: (_ref, text) => text === path });
  assert.deepEqual(taken.problems, []);
});

/** The plan as programs see it, and what it would send; without the uids that a server would make up for new objects. */
function comparable(plan: Plan) {
  const { awaited, changes } = plan;
  return { data: planData(plan), awaited, steps: changes.map(({ steps }) => steps) };
}

function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const turned = [...list.slice(by % list.length), ...list.slice(0, by % list.length)];
  return by % 2 === 0 ? turned : turned.reverse();
}
