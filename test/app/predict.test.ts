import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../../src/app/ports.ts';
import { type PredictContext, type Predicted, predict } from '../../src/app/predict.ts';
import { ApiError, UpgradeError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { LAST_APPLIED } from '../../src/core/last-applied.ts';
import { type K8sObject, refOf } from '../../src/core/object.ts';
import type { Right } from '../../src/core/right.ts';
import { normalise } from '../../src/diff/normalise.ts';
import { fieldsOf } from '../../src/fields/applied-fields.ts';
import { lastAppliedText } from '../../src/plan/last-applied.ts';
import { object, owned, ownedObject } from '../objects.ts';
import { proposed, type Wished } from '../plan/proposing.ts';
import { but, clusterOf, resourceIn } from './in-memory.ts';

const config = (data: JsonObject) => object('v1', 'ConfigMap', 'istio-system/istio', { data });

/** As `kubectl apply` of the manifest leaves it. */
function applied(manifest: K8sObject): K8sObject {
  const annotations = { [LAST_APPLIED]: lastAppliedText(manifest) };
  const recorded = { ...manifest, metadata: { ...manifest.metadata, annotations } };
  return ownedObject(recorded, owned('kubectl-client-side-apply', fieldsOf(recorded)));
}

async function predicted(
  wished: Wished & { readonly target?: K8sObject },
  cluster: Cluster,
  context: Partial<PredictContext> = {},
): Promise<Predicted> {
  const target = wished.installed ?? wished.set ?? wished.target;
  assert.ok(target);
  const resource = await resourceIn(cluster, target);
  const live = await cluster.get(resource, refOf(target));
  const around = { cluster, whyNotOnServer: undefined, willWrite: false, findMissing: async () => [] };
  return predict(proposed(wished, live, { resource }), { ...around, ...context });
}

const refusing = (error: Error): Cluster =>
  but(clusterOf(applied(config({ mesh: 'old' }))), { apply: () => Promise.reject(error) });
const refused = (status: number, message = 'no') => refusing(new ApiError(message, { status, reason: 'x' }));
const WISH = { installed: config({ mesh: 'new' }) };

test('the server says what an object will be, without the fields that the hand-over lets go', async () => {
  const result = await predicted(WISH, clusterOf(applied(config({ mesh: 'old', gone: 'x' }))));
  assert.ok(result.kind === 'change' && result.change.op === 'update');
  assert.deepEqual(result.change.after.data, { mesh: 'new' });
  assert.equal(result.change.prediction, 'server');
  assert.deepEqual(
    result.change.steps.map((step) => step.do),
    ['hand-over', 'apply'],
  );
});

test('a prediction writes nothing', async () => {
  const cluster = clusterOf(applied(config({ mesh: 'old', gone: 'x' })));
  const before = cluster.snapshot();
  await predicted(WISH, cluster);
  assert.deepEqual(cluster.snapshot(), before);
});

test('what our own merge predicts is what the server does', async () => {
  const cluster = () => clusterOf(applied(config({ mesh: 'old', gone: 'x' })));
  const here = await predicted(WISH, cluster(), { whyNotOnServer: 'a test wants it' });
  const there = await predicted(WISH, cluster());
  assert.ok(here.kind === 'change' && here.change.op === 'update');
  assert.ok(there.kind === 'change' && there.change.op === 'update');
  assert.deepEqual(normalise(here.change.after), normalise(there.change.after));
  assert.equal(here.change.prediction, 'memory');
  assert.match(here.change.notes.join(), /predicted without the server: a test wants it/);
});

test('an object that is as it should be is unchanged, whoever owns it', async () => {
  const result = await predicted({ installed: config({ mesh: 'x' }) }, clusterOf(applied(config({ mesh: 'x' }))));
  assert.equal(result.kind, 'unchanged');
});

test('a stale record of what was applied is a change: the next kubectl apply would go wrong', async () => {
  const live = applied(config({ mesh: 'x' }));
  const annotations = { [LAST_APPLIED]: lastAppliedText(config({ mesh: 'older' })) };
  const stale = { ...live, metadata: { ...live.metadata, annotations } };
  assert.equal((await predicted({ installed: config({ mesh: 'x' }) }, clusterOf(stale))).kind, 'change');
});

test('what the server refuses blocks, and is predicted here so that the rest is seen', async () => {
  const result = await predicted(WISH, refused(422, 'Invalid value: "x"'));
  assert.ok(result.kind === 'change');
  assert.equal(result.change.prediction, 'memory');
  assert.deepEqual(
    result.problems.map(({ id, severity, message }) => [id, severity, message]),
    [['refused-by-server', 'blocker', 'ConfigMap/istio-system/istio: the server would refuse it: Invalid value: "x"']],
  );
});

test('who may not try it is warned, and blocked only from carrying it out', async () => {
  for (const willWrite of [false, true]) {
    const { problems } = await predicted(WISH, refused(403, 'configmaps is forbidden'), { willWrite });
    assert.deepEqual(
      problems.map(({ id, severity }) => [id, severity]),
      [['may-not-write', willWrite ? 'blocker' : 'warning']],
    );
  }
});

test('a server that cannot try it is no problem, and is noted', async () => {
  const answers: readonly (readonly [Cluster, RegExp])[] = [
    [refused(404), /does not know it yet/],
    [refused(400, 'admission webhook "x" does not support dry run'), /webhook refuses dry-runs/],
  ];
  for (const [cluster, note] of answers) {
    const result = await predicted(WISH, cluster);
    assert.ok(result.kind === 'change');
    assert.deepEqual(result.problems, []);
    assert.match(result.change.notes.join(), note);
  }
});

test('a server that takes no apply patches is predicted in memory, and blocks only carrying it out', async () => {
  for (const willWrite of [false, true]) {
    const result = await predicted(WISH, refused(415), { willWrite });
    assert.ok(result.kind === 'change' && result.change.prediction === 'memory');
    assert.match(result.change.notes.join(), /the server has no server-side apply/);
    assert.deepEqual(
      result.problems.map(({ id, severity }) => [id, severity]),
      [['no-server-side-apply', willWrite ? 'blocker' : 'warning']],
    );
  }
});

test('a server that does not answer ends the planning', async () => {
  await assert.rejects(predicted(WISH, refusing(new UpgradeError('no route to host'))), {
    message: 'no route to host',
  });
});

test('a deletion needs no prediction', async () => {
  const cluster = refused(422);
  const result = await predicted({ target: config({}), isAbsent: true }, cluster);
  assert.ok(result.kind === 'change' && result.change.op === 'delete');
  assert.deepEqual(
    result.change.steps.map((step) => step.do),
    ['delete'],
  );
});

test('what the user may not write is predicted here, with a note and without a dry-run', async () => {
  const missing = async (rights: readonly Right[]) => rights.filter(({ verb }) => verb === 'patch');
  const result = await predicted(WISH, refusing(new Error('the server was asked')), { findMissing: missing });
  assert.ok(result.kind === 'change' && result.change.op === 'update');
  assert.deepEqual(
    result.missing.map(({ verb, resource, name }) => [verb, resource, name]),
    [['patch', 'configmaps', 'istio']],
  );
  assert.deepEqual(result.problems, [], 'it is told for all objects of the kind at once');
  assert.equal(result.change.prediction, 'memory');
  assert.deepEqual(result.change.after.data, { mesh: 'new' });
  assert.match(result.change.notes.join(), /predicted without the server: you may not try it on the server/);
});

test('no right is asked for where nothing changes', async () => {
  const asked: Right[] = [];
  const findMissing = async (rights: readonly Right[]) => {
    asked.push(...rights);
    return [];
  };
  const cluster = clusterOf(applied(config({ mesh: 'new' })));
  assert.equal((await predicted(WISH, cluster, { findMissing })).kind, 'unchanged');
  assert.deepEqual(asked, []);
});

test('a role that grants more than its writer holds is refused, and the right that would help is named', async () => {
  const role = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'reader', { rules: [] });
  const error = new ApiError('attempting to grant RBAC permissions', { status: 403, reason: 'Forbidden' });
  const cluster = but(clusterOf(), { apply: () => Promise.reject(error) });
  const hints = [];
  for (const held of [
    ['create', 'patch'],
    ['create', 'patch', 'escalate'],
  ]) {
    const findMissing = async (rights: readonly Right[]) => rights.filter(({ verb }) => !held.includes(verb));
    const context = { cluster, whyNotOnServer: undefined, willWrite: true, findMissing };
    hints.push(...(await predict(proposed({ installed: role }, undefined), context)).problems.map(({ hint }) => hint));
  }
  const hint =
    'hold what it grants yourself, or get the right to escalate clusterroles.rbac.authorization.k8s.io reader';
  assert.deepEqual(hints, [hint, undefined]);
});
