import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carryOut, Moved } from '../../src/app/execute.ts';
import type { Cluster } from '../../src/app/ports.ts';
import { beforeOf, type Change } from '../../src/core/change.ts';
import { ApiError, UpgradeError } from '../../src/core/errors.ts';
import { FIELD_MANAGER } from '../../src/core/field-manager.ts';
import { type JsonObject, valueAt } from '../../src/core/json.ts';
import { type K8sObject, labelsOf, refOf, uidOf } from '../../src/core/object.ts';
import { fieldsOf } from '../../src/fields/applied-fields.ts';
import { entriesOf, ownedBy } from '../../src/fields/managed-fields.ts';
import { deployment, object, owned, ownedObject, replicaSet } from '../objects.ts';
import { but, changeIn, clusterOf, fakeClock, liveIn, resourceIn } from './in-memory.ts';

const KUBECTL = 'kubectl-client-side-apply';
const config = (data: JsonObject, labels?: JsonObject) =>
  object('v1', 'ConfigMap', 'istio-system/istio', { data, ...(labels === undefined ? {} : { metadata: { labels } }) });
const installedBy = (manager: string, target: K8sObject, ...others: readonly JsonObject[]) =>
  ownedObject(target, owned(manager, fieldsOf(target)), ...others);
const OLD = installedBy(KUBECTL, config({ mesh: 'old', gone: 'x' }));
const NEW = config({ mesh: 'new' });

const RULE = object('example.org/v1', 'Rule', 'istio-system/rule', { spec: { host: 'old' } });
const CRD = object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'rules.example.org', {
  spec: { group: 'example.org', version: 'v1', scope: 'Namespaced', names: { kind: 'Rule', plural: 'rules' } },
});

const carried = (change: Change, cluster: Cluster) =>
  carryOut(change, { cluster, clock: fakeClock(), timeout: 10_000 });
const wish = (installed: K8sObject) => ({ target: installed, installed });

async function live(cluster: Cluster, target: K8sObject): Promise<K8sObject> {
  const found = await liveIn(cluster, target);
  assert.ok(found);
  return found;
}

test('an update takes the fields of the installer over, writes once and removes what the manifest lacks', async () => {
  const cluster = clusterOf(OLD);
  const change = await changeIn(cluster, wish(NEW));
  assert.equal(await carried(change, cluster), 'written');
  const after = await live(cluster, NEW);
  assert.deepEqual(after.data, { mesh: 'new' });
  assert.deepEqual(
    entriesOf(after).map(({ manager, operation }) => [manager, operation]),
    [[FIELD_MANAGER, 'Apply']],
  );
});

test('what another manager owns stays as it is, and stays theirs', async () => {
  const theirs = { 'f:metadata': { 'f:labels': { '.': {}, 'f:team': {} } } };
  const shared = installedBy(KUBECTL, config({ mesh: 'old' }, { team: 'x' }), owned('platform-team', theirs));
  const cluster = clusterOf(shared);
  await carried(await changeIn(cluster, wish(NEW)), cluster);
  const after = await live(cluster, NEW);
  assert.deepEqual(labelsOf(after), { team: 'x' });
  assert.deepEqual(ownedBy(after, 'platform-team'), theirs);
});

test('taking one field from its owner takes no other', async () => {
  const theirs = { 'f:data': { 'f:mesh': {}, 'f:other': {} } };
  const shared = installedBy(KUBECTL, config({ mesh: 'theirs', other: 'x' }), owned('platform-team', theirs));
  const cluster = clusterOf(shared);
  const change = await changeIn(cluster, wish(NEW), { isTaken: (_ref, path) => path === 'data.mesh' });
  await carried(change, cluster);
  const after = await live(cluster, NEW);
  assert.deepEqual(after.data, { mesh: 'new', other: 'x' }, "the manifest lacks it, but it is somebody's");
  assert.deepEqual(ownedBy(after, 'platform-team'), { 'f:data': { 'f:other': {} } });
  assert.deepEqual(change.op === 'delete' ? undefined : change.after.data, after.data, 'as it was shown');
});

const MOVES: readonly (readonly [string, (shown: K8sObject) => readonly K8sObject[]])[] = [
  ['a field that changed', (shown) => [{ ...shown, data: { mesh: 'somebody was here' } }]],
  ['a label that came', (shown) => [{ ...shown, metadata: { ...shown.metadata, labels: { a: 'b' } } }]],
  ['another object of the same name', (shown) => [{ ...shown, metadata: { ...shown.metadata, uid: 'another' } }]],
  ['an object that is gone', () => []],
];
for (const [what, moved] of MOVES) {
  test(`${what} since the plan was made stops the change, and nothing is written`, async () => {
    const shown = clusterOf(OLD);
    const change = await changeIn(shown, wish(NEW));
    const now = clusterOf(...moved(beforeOf(change) ?? OLD));
    const before = now.snapshot();
    await assert.rejects(carried(change, now), (error) => {
      assert.ok(error instanceof Moved);
      assert.match(error.message, /^ConfigMap\/istio-system\/istio (changed|is gone) since the plan was made$/);
      assert.deepEqual(error.now, before[0]);
      return true;
    });
    assert.deepEqual(now.snapshot(), before);
  });
}

test('a status, a version and the times of owners that change stop nothing', async () => {
  const pilot = deployment('istio-system/istio-pilot');
  const shown = clusterOf(installedBy(KUBECTL, pilot));
  const change = await changeIn(shown, wish(deployment('istio-system/istio-pilot', { image: 'new' })));
  const [before] = shown.snapshot();
  assert.ok(before);
  const [entry] = entriesOf(before);
  const touched = ownedObject(
    { ...before, status: { replicas: 7 }, metadata: { ...before.metadata, resourceVersion: '77', generation: 9 } },
    { ...owned(KUBECTL, entry?.fieldsV1 ?? {}), apiVersion: entry?.apiVersion ?? '', time: '2020-01-01T00:00:00Z' },
    owned('kube-controller-manager', { 'f:status': { 'f:replicas': {} } }),
  );
  const now = clusterOf(touched);
  assert.equal(await carried(change, now), 'written');
});

/** The first `times` writes of a kind find that the object got a new version meanwhile, by `meanwhile`. */
function stale(cluster: Cluster, times: number, meanwhile: () => Promise<unknown>): Cluster {
  let left = times;
  return but(cluster, {
    patch: async (resource, ref, patch) => {
      if (left > 0) {
        left -= 1;
        await meanwhile();
        throw new ApiError('the object has been modified', { status: 409, reason: 'Conflict' });
      }
      return cluster.patch(resource, ref, patch);
    },
  });
}

test('a version that is stale because of the status alone is read again, a few times', async () => {
  const cluster = clusterOf(OLD);
  const change = await changeIn(cluster, wish(NEW));
  assert.equal(
    await carried(
      change,
      stale(cluster, 3, async () => undefined),
    ),
    'written',
  );
  assert.deepEqual((await live(cluster, NEW)).data, { mesh: 'new' });
  const other = clusterOf(OLD);
  const again = await changeIn(other, wish(NEW));
  await assert.rejects(
    carried(
      again,
      stale(other, 1000, async () => undefined),
    ),
    { name: 'ApiError', status: 409 },
  );
});

test('a version that is stale because the object changed stops the change', async () => {
  const cluster = clusterOf(OLD);
  const change = await changeIn(cluster, wish(NEW));
  const resource = await resourceIn(cluster, OLD);
  const meddle = () =>
    cluster.patch(resource, refOf(OLD), [{ op: 'add', path: '/data/mesh', value: 'somebody was here' }]);
  await assert.rejects(carried(change, stale(cluster, 1, meddle)), Moved);
  assert.equal(valueAt(await live(cluster, OLD), 'data', 'mesh'), 'somebody was here');
});

const MEDDLING: readonly (readonly [path: string, value: string, mesh: string])[] = [
  ['/data/mesh', 'somebody was here', 'somebody was here'],
  ['/data/more', 'somebody was here', 'old'],
];
for (const [path, value, mesh] of MEDDLING) {
  for (const before of ['trial', 'write'] as const) {
    test(`${path} that changes between the hand-over and the ${before} stops the change`, async () => {
      const cluster = clusterOf(OLD);
      const change = await changeIn(cluster, wish(NEW));
      await assert.rejects(carried(change, meddling(cluster, { before, path, value })), Moved);
      assert.equal(valueAt(await live(cluster, NEW), 'data', 'mesh'), mesh);
    });
  }
}

test('a conflict that nobody’s write explains is not tried again', async () => {
  const cluster = clusterOf(OLD);
  const change = await changeIn(cluster, wish(NEW));
  const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "x"', field: '.data.mesh' }];
  let attempts = 0;
  const conflicting = but(cluster, {
    apply: (resource, body, options) => {
      if (options?.dryRun) return cluster.apply(resource, body, options);
      attempts += 1;
      throw new ApiError('Apply failed with 1 conflict', { status: 409, reason: 'Conflict', causes });
    },
  });
  await assert.rejects(carried(change, conflicting), { message: 'Apply failed with 1 conflict' });
  assert.equal(attempts, 1);
});

test('a status that changes between the hand-over and the write stops nothing', async () => {
  const cluster = clusterOf(CRD, installedBy(KUBECTL, RULE));
  const change = await changeIn(cluster, wish({ ...RULE, spec: { host: 'new' } }));
  assert.equal(
    await carried(change, meddling(cluster, { before: 'write', path: '/status', value: 'a status' })),
    'written',
  );
  assert.deepEqual((await live(cluster, RULE)).spec, { host: 'new' });
});

interface Meddling {
  readonly before: 'trial' | 'write';
  readonly path: string;
  readonly value: string;
}

/** The first apply of that sort finds that somebody changed the object since it was handed over. */
function meddling(cluster: Cluster, { before, path, value }: Meddling): Cluster {
  let isFirst = true;
  return but(cluster, {
    apply: async (resource, body, options) => {
      if (isFirst && (options?.dryRun ? 'trial' : 'write') === before) {
        isFirst = false;
        await cluster.patch(resource, refOf(body), [{ op: 'add', path, value }]);
      }
      return cluster.apply(resource, body, options);
    },
  });
}

test('where the server cannot apply what was predicted, the predicted object goes in by an update, and is ours', async () => {
  const cluster = clusterOf(OLD);
  const change = await changeIn(cluster, wish(NEW));
  const updates: string[] = [];
  const old = but(cluster, {
    apply: (resource, body, options) => {
      if (options?.dryRun) throw new ApiError('must specify a handler type', { status: 422, reason: 'Invalid' });
      return cluster.apply(resource, body, options);
    },
    update: (resource, body, options) => {
      updates.push(body.metadata.name);
      return cluster.update(resource, body, options);
    },
  });
  assert.equal(await carried(change, old), 'written');
  assert.deepEqual(updates, ['istio']);
  const after = await live(cluster, NEW);
  assert.deepEqual(after.data, { mesh: 'new' });
  assert.deepEqual(
    entriesOf(after).map(({ manager, operation }) => [manager, operation]),
    [[FIELD_MANAGER, 'Apply']],
  );
});

test('any other refusal goes through as it is', async () => {
  const cluster = clusterOf(OLD);
  const change = await changeIn(cluster, wish(NEW));
  const refusing = but(cluster, {
    apply: async () => {
      throw new ApiError('configmaps is forbidden', { status: 403, reason: 'Forbidden' });
    },
  });
  await assert.rejects(carried(change, refusing), { message: 'configmaps is forbidden' });
});

test('a new object is created; one that an earlier run created as it should be is done already', async () => {
  const cluster = clusterOf();
  const change = await changeIn(cluster, wish(NEW));
  assert.equal(change.op, 'create');
  assert.equal(await carried(change, cluster), 'written');
  assert.deepEqual((await live(cluster, NEW)).data, { mesh: 'new' });
  assert.equal(await carried(change, cluster), 'already-done');
});

test('an object that somebody else made meanwhile stops a creation, be it the same', async () => {
  const change = await changeIn(clusterOf(), wish(NEW));
  for (const theirs of [config({ mesh: 'theirs' }), NEW])
    await assert.rejects(carried(change, clusterOf(theirs)), Moved);
});

test('a replacement deletes the object, leaves its ReplicaSets running and creates it again', async () => {
  const uid = 'the-old-one';
  const pilot = deployment('istio-system/istio-pilot', { labels: { istio: 'pilot', old: 'yes' }, metadata: { uid } });
  const orphan = replicaSet('istio-system/istio-pilot-1', { istio: 'pilot', old: 'yes' });
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'istio-pilot', uid, controller: true };
  const running = { ...orphan, metadata: { ...orphan.metadata, ownerReferences: [owner] } };
  const cluster = clusterOf(installedBy(KUBECTL, pilot), running);
  const wanted = deployment('istio-system/istio-pilot', { labels: { istio: 'pilot' } });
  const change = await changeIn(cluster, wish(wanted), { replicaSets: { controlled: [running], orphaned: [] } });
  assert.equal(change.op, 'replace');
  assert.equal(await carried(change, cluster), 'written');
  const after = await live(cluster, wanted);
  assert.notEqual(uidOf(after), uid);
  assert.deepEqual(valueAt(after, 'spec', 'selector'), { matchLabels: { istio: 'pilot' } });
  const left = await live(cluster, running);
  assert.equal(valueAt(left, 'metadata', 'ownerReferences', 0, 'uid'), uidOf(after), 'the new Deployment adopts them');
});

test('a deletion that does not come to an end is named', async () => {
  const pilot = installedBy(
    KUBECTL,
    deployment('istio-system/istio-pilot', { labels: { istio: 'pilot', old: 'yes' } }),
  );
  const cluster = clusterOf(pilot);
  const running = replicaSet('istio-system/istio-pilot-1', { istio: 'pilot', old: 'yes' }, { owner: 'istio-pilot' });
  const wanted = deployment('istio-system/istio-pilot', { labels: { istio: 'pilot' } });
  const change = await changeIn(cluster, wish(wanted), { replicaSets: { controlled: [running], orphaned: [] } });
  const stuck = but(cluster, { delete: async () => undefined });
  await assert.rejects(carried(change, stuck), {
    message: 'Deployment.apps/istio-system/istio-pilot is still being deleted',
  });
});

test('an unwanted object is deleted; one that is gone is done already', async () => {
  const cluster = clusterOf(OLD);
  const change = await changeIn(cluster, { target: OLD, isAbsent: true });
  assert.equal(await carried(change, cluster), 'written');
  assert.equal(await liveIn(cluster, OLD), undefined);
  assert.equal(await carried(change, cluster), 'already-done');
});

test('an unwanted object that changed since it was shown is not deleted', async () => {
  const change = await changeIn(clusterOf(OLD), { target: OLD, isAbsent: true });
  const now = clusterOf(installedBy(KUBECTL, config({ mesh: 'somebody needs it' })));
  await assert.rejects(carried(change, now), Moved);
  assert.ok(await liveIn(now, OLD));
});

test('a write whose answer was lost is recognised as our own', async () => {
  const cluster = clusterOf(OLD);
  const change = await changeIn(cluster, wish(NEW));
  let isLost = true;
  const lossy = but(cluster, {
    apply: async (resource, body, options = {}) => {
      const written = await cluster.apply(resource, body, options);
      if (options.dryRun || !isLost) return written;
      isLost = false;
      throw new ApiError('the object has been modified', { status: 409, reason: 'Conflict' });
    },
  });
  assert.equal(await carried(change, lossy), 'written');
  assert.deepEqual((await live(cluster, NEW)).data, { mesh: 'new' });
});

test('a replacement that cannot be created again says so, and what to do', async () => {
  const labels = { app: 'x', heritage: 'Tiller' };
  const old = deployment('istio-system/istio-citadel', { labels });
  const set = replicaSet('istio-system/istio-citadel-1', labels, { owner: 'istio-citadel' });
  const wanted = deployment('istio-system/istio-citadel', {
    labels: { ...labels, heritage: 'Helm' },
    selector: { app: 'x' },
  });
  const cluster = clusterOf(old, set);
  const change = await changeIn(cluster, wish(wanted), { replicaSets: { controlled: [set], orphaned: [] } });
  assert.equal(change.op, 'replace');
  const cut = but(cluster, {
    apply: async () => {
      throw new UpgradeError('cannot reach the server');
    },
  });
  await assert.rejects(carried(change, cut), {
    message: /istio-citadel is deleted and not created again yet: cannot reach the server/,
    hint: /run the same command again now/,
  });
});
