import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELD_MANAGER } from '../../src/core/field-manager.ts';
import { type JsonObject, listAt, valueAt } from '../../src/core/json.ts';
import { LAST_APPLIED, lastAppliedOf } from '../../src/core/last-applied.ts';
import { annotationsOf, type K8sObject, labelsOf } from '../../src/core/object.ts';
import { fieldsOf } from '../../src/fields/applied-fields.ts';
import { pathsOf } from '../../src/fields/field-set.ts';
import { pathText } from '../../src/fields/path-text.ts';
import { lastAppliedText, withLastApplied } from '../../src/plan/last-applied.ts';
import { deployment, object, owned, ownedObject, replicaSet } from '../objects.ts';
import { maybeProposed, proposed } from './proposing.ts';

const PATH = 'istio-system/istio-pilot';
const KUBECTL = 'kubectl-client-side-apply';

/** As `kubectl apply` of that manifest leaves it. */
function applied(manifest: K8sObject, ...others: readonly JsonObject[]): K8sObject {
  const annotations = { ...annotationsOf(manifest), [LAST_APPLIED]: lastAppliedText(manifest) };
  const recorded = { ...manifest, metadata: { ...manifest.metadata, annotations } };
  return ownedObject(recorded, owned(KUBECTL, fieldsOf(recorded)), ...others);
}

/** As an earlier run of ours with that manifest leaves it, `more` having come from single wishes. */
function upgraded(manifest: K8sObject, whole: K8sObject = manifest, ...others: readonly JsonObject[]): K8sObject {
  const annotations = { ...annotationsOf(whole), [LAST_APPLIED]: lastAppliedText(manifest) };
  const recorded = { ...whole, metadata: { ...whole.metadata, annotations } };
  return ownedObject(recorded, owned(FIELD_MANAGER, fieldsOf(recorded), 'Apply'), ...others);
}

function withoutRecord(body: K8sObject): K8sObject {
  const { annotations: _record, ...metadata } = body.metadata;
  return { ...body, metadata: { ...metadata, name: body.metadata.name } };
}

const config = (data: JsonObject, labels: JsonObject = {}) =>
  object('v1', 'ConfigMap', 'istio-system/istio', { data, metadata: { labels } });
const container = (target: K8sObject) => valueAt(target, 'spec', 'template', 'spec', 'containers', 0);

test('an object that is not there is created, with the record that kubectl would leave', () => {
  const manifest = config({ mesh: 'x' });
  const { op, body, handOver, live } = proposed({ installed: manifest }, undefined);
  assert.equal(op, 'create');
  assert.equal(live, undefined);
  assert.deepEqual(body.data, { mesh: 'x' });
  assert.equal(annotationsOf(body)[LAST_APPLIED], lastAppliedText(manifest));
  assert.deepEqual(handOver, {});
});

test('single fields of an object that is not there make it, without such a record', () => {
  const { op, body } = proposed({ set: config({ note: 'x' }) }, undefined);
  assert.equal(op, 'create');
  assert.deepEqual(body, config({ note: 'x' }));
});

test('an object that is there is updated: what its installer owned is handed over, what it has and the manifest lacks goes', () => {
  const live = applied(config({ mesh: 'old', gone: 'x' }));
  const { op, body, handOver, from, drop } = proposed({ installed: config({ mesh: 'new' }) }, live);
  assert.equal(op, 'update');
  assert.deepEqual(body.data, { mesh: 'new' });
  assert.deepEqual(from, [KUBECTL]);
  assert.deepEqual(valueAt(handOver, 'f:data'), { 'f:gone': {}, 'f:mesh': {} });
  assert.deepEqual(valueAt(drop, 'f:data'), { 'f:gone': {}, 'f:mesh': {} });
});

test('the record of what was applied follows the manifest, and an older one inside of it is not sent', () => {
  const stale = { ...config({ mesh: 'new' }), metadata: applied(config({ mesh: 'old' })).metadata };
  const manifest = { ...stale, metadata: { ...stale.metadata, managedFields: undefined } };
  const { body } = proposed({ installed: manifest }, applied(config({ mesh: 'old' })));
  const record: JsonObject = JSON.parse(annotationsOf(body)[LAST_APPLIED] ?? '');
  assert.deepEqual(record.data, { mesh: 'new' });
  assert.deepEqual(valueAt(record, 'metadata', 'annotations'), {});
});

test('an object that a server never kept records of is all its installer’s', () => {
  const live = config({ mesh: 'old', gone: 'x' });
  const { isUnrecorded, handOver, from } = proposed({ installed: config({ mesh: 'new' }) }, live);
  assert.equal(isUnrecorded, true);
  assert.deepEqual(valueAt(handOver, 'f:data'), { 'f:gone': {}, 'f:mesh': {} });
  assert.deepEqual(from, []);
});

test('an unwanted object is deleted, and one that is not there is left alone', () => {
  const live = config({ mesh: 'x' });
  const { op, body } = proposed({ isAbsent: true }, live);
  assert.equal(op, 'delete');
  assert.equal(body, live);
  assert.equal(maybeProposed({ installed: config({}), isAbsent: true }, undefined), undefined);
});

test('nulls, a status and empty certificate bundles in a manifest ask for nothing', () => {
  const webhook = (clientConfig: JsonObject) => ({ name: 'a.example.org', clientConfig, failurePolicy: null });
  const manifest = object('admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration', 'injector', {
    status: { x: 1 },
    webhooks: [webhook({ caBundle: '' }), { ...webhook({ caBundle: 'QQ==' }), name: 'b.example.org' }],
  });
  const { body } = proposed({ installed: manifest }, undefined);
  assert.deepEqual(body.webhooks, [
    { name: 'a.example.org', clientConfig: {} },
    { name: 'b.example.org', clientConfig: { caBundle: 'QQ==' } },
  ]);
  assert.equal(body.status, undefined);
});

test('a bundle that the injector put there is neither sent nor handed over', () => {
  const webhooks = (caBundle: string) =>
    object('admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration', 'injector', {
      webhooks: [{ name: 'a.example.org', clientConfig: { caBundle } }],
    });
  const { body, handOver, drop } = proposed({ installed: webhooks('') }, applied(webhooks('QQ==')));
  assert.equal(valueAt(body, 'webhooks', 0, 'clientConfig', 'caBundle'), undefined);
  for (const set of [handOver, drop]) assert.doesNotMatch(JSON.stringify(set), /caBundle/);
});

test('list keys that the manifest leaves to the server are filled in', () => {
  const service = object('v1', 'Service', 'a/b', { spec: { ports: [{ port: 80 }] } });
  assert.deepEqual(valueAt(proposed({ installed: service }, undefined).body, 'spec', 'ports'), [
    { port: 80, protocol: 'TCP' },
  ]);
  const live = ownedObject(service, owned('somebody', fieldsOf(service)));
  const { body } = proposed({ set: object('v1', 'Service', 'a/b', { spec: { ports: [{ port: 81 }] } }) }, live);
  assert.deepEqual(valueAt(body, 'spec', 'ports'), [{ port: 81, protocol: 'TCP' }]);
});

test('a scale that somebody set stays: the field is neither sent nor handed over nor dropped', () => {
  const live = {
    ...applied(deployment(PATH, { replicas: 1 })),
    spec: deployment(PATH, { replicas: 4 }).spec,
  };
  const { body, keepsScale, handOver, drop, notes } = proposed({ installed: deployment(PATH, { replicas: 1 }) }, live);
  assert.equal(keepsScale, true);
  assert.equal(valueAt(body, 'spec', 'replicas'), undefined);
  assert.equal(valueAt(handOver, 'f:spec', 'f:replicas'), undefined);
  assert.equal(valueAt(drop, 'f:spec', 'f:replicas'), undefined);
  assert.match(notes.join(), /stays at 4 replicas/);
});

test('a scale that stays and that we own is sent as it runs: leaving it out would reset it', () => {
  const live = { ...upgraded(deployment(PATH, { replicas: 1 })), spec: deployment(PATH, { replicas: 4 }).spec };
  const { body, keepsScale, drop } = proposed({ installed: deployment(PATH, { replicas: 1 }) }, live);
  assert.equal(keepsScale, true);
  assert.equal(valueAt(body, 'spec', 'replicas'), 4);
  assert.equal(valueAt(drop, 'f:spec', 'f:replicas'), undefined);
});

test("an earlier run's single field is sent again, so that the manifest does not take it back", () => {
  const manifest = config({ mesh: 'x' });
  const live = upgraded(manifest, config({ mesh: 'x', note: 'ours' }));
  const { body, drop } = proposed({ installed: config({ mesh: 'y' }) }, live);
  assert.deepEqual(body.data, { mesh: 'y', note: 'ours' });
  assert.equal(valueAt(drop, 'f:data', 'f:note'), undefined);
});

test("an earlier run's item of a keyed list is sent again beside the manifest's items", () => {
  const withEnv = (...env: readonly JsonObject[]) =>
    object('apps/v1', 'Deployment', PATH, {
      spec: { template: { spec: { containers: [{ name: 'discovery', env }] } } },
    });
  const ours = { name: 'OURS', value: '1' };
  const live = upgraded(withEnv({ name: 'A', value: '1' }), withEnv({ name: 'A', value: '1' }, ours));
  const { body } = proposed({ installed: withEnv({ name: 'A', value: '2' }) }, live);
  const env = listAt(valueAt(container(body), 'env'));
  assert.deepEqual(
    [...env].sort((a, b) => `${valueAt(a, 'name')}`.localeCompare(`${valueAt(b, 'name')}`)),
    [{ name: 'A', value: '2' }, ours],
  );
});

test("a field of the last manifest that the next one lacks goes, an earlier run's own fields stay", () => {
  const live = upgraded(config({ mesh: 'x', gone: 'y' }));
  const { body, drop, handOver } = proposed({ installed: config({ mesh: 'x' }) }, live);
  assert.deepEqual(body.data, { mesh: 'x' });
  assert.deepEqual(valueAt(drop, 'f:data', 'f:gone'), {});
  assert.deepEqual(handOver, {});
});

test('single fields come on top of the manifest and are not in its record', () => {
  const { body } = proposed({ installed: config({ mesh: 'x' }), set: config({ note: 'y' }) }, undefined);
  assert.deepEqual(body.data, { mesh: 'x', note: 'y' });
  assert.doesNotMatch(annotationsOf(body)[LAST_APPLIED] ?? '', /note/);
});

test('a conflict is left to its owner: the field is not sent, not handed over, and said', () => {
  const team = owned('platform-team', { 'f:data': { 'f:mesh': {} } });
  const live = applied(config({ mesh: 'theirs', other: 'x' }), team);
  const { body, conflicts, taken, takenFrom } = proposed({ installed: config({ mesh: 'new', other: 'y' }) }, live);
  assert.deepEqual(body.data, { other: 'y' });
  assert.deepEqual(conflicts, [{ owner: 'platform-team', path: 'data.mesh', taken: false }]);
  assert.deepEqual([taken, takenFrom], [{}, []]);
});

test('a conflict that is taken is sent, and its owner loses that field and no other', () => {
  const team = owned('platform-team', { 'f:data': { 'f:mesh': {}, 'f:other': {} } });
  const live = applied(config({ mesh: 'theirs', other: 'x' }), team);
  const { body, from, taken, takenFrom } = proposed({ installed: config({ mesh: 'new', other: 'x' }) }, live, {
    isTaken: (_ref, path) => path === 'data.mesh',
  });
  assert.deepEqual(body.data, { mesh: 'new', other: 'x' });
  assert.deepEqual(taken, { 'f:data': { 'f:mesh': {} } });
  assert.deepEqual(takenFrom, ['platform-team']);
  assert.deepEqual(from, [KUBECTL]);
});

const LABELS = { app: 'pilot', heritage: 'Tiller' };
const running = replicaSet('istio-system/istio-pilot-1', LABELS, { owner: 'istio-pilot' });
const around = { replicaSets: { controlled: [running], orphaned: [] } };

test('a live selector that the new pods match stays in the body', () => {
  const live = applied(deployment(PATH, { labels: LABELS }));
  const wanted = deployment(PATH, { labels: LABELS, selector: { app: 'pilot' } });
  const { op, body, notes } = proposed({ installed: wanted }, live, around);
  assert.equal(op, 'update');
  assert.deepEqual(valueAt(body, 'spec', 'selector'), { matchLabels: LABELS });
  assert.match(notes.join(), /keeps its live selector/);
});

test('a live selector that the new pods do not match is replaced, with the scale that runs', () => {
  const live = {
    ...applied(deployment(PATH, { labels: LABELS, replicas: 1 })),
    spec: deployment(PATH, { labels: LABELS, replicas: 3 }).spec,
  };
  const wanted = deployment(PATH, { labels: { app: 'pilot' }, replicas: 1 });
  const { op, body, immutable, notes } = proposed({ installed: wanted }, live, around);
  assert.equal(op, 'replace');
  assert.deepEqual(valueAt(body, 'spec', 'selector'), { matchLabels: { app: 'pilot' } });
  assert.equal(valueAt(body, 'spec', 'replicas'), 3);
  assert.deepEqual(immutable, ['spec.selector']);
  assert.match(notes.join(), /replaced without downtime[\s\S]*stays at 3 replicas/);
});

test('a selector that can be neither kept nor replaced blocks', () => {
  const live = applied(deployment(PATH, { labels: LABELS }));
  const { op, problems } = proposed({ installed: deployment(PATH, { labels: { app: 'other' } }) }, live, around);
  assert.equal(op, 'update');
  assert.deepEqual(
    problems.map(({ id, severity, ref }) => [id, severity, ref?.name]),
    [['immutable-selector', 'blocker', 'istio-pilot']],
  );
});

test('a Deployment whose replacement was cut off is created with the scale of the ReplicaSet that waits for it', () => {
  const orphan = replicaSet('istio-system/istio-pilot-1', LABELS, { replicas: 2 });
  const { op, body, notes } = proposed({ installed: deployment(PATH, { labels: LABELS, replicas: 1 }) }, undefined, {
    replicaSets: { controlled: [], orphaned: [orphan] },
  });
  assert.equal(op, 'create');
  assert.equal(valueAt(body, 'spec', 'replicas'), 2);
  assert.match(notes.join(), /stays at 2 replicas/);
});

const rule = (spec: JsonObject, metadata: JsonObject = {}) =>
  object('networking.istio.io/v1alpha3', 'DestinationRule', 'shop/cart', { spec, metadata });

test("of somebody's object only the wished fields are sent and handed over; everything else stays theirs", () => {
  const live = applied(rule({ host: 'cart', trafficPolicy: { tls: { mode: 'DISABLE' } } }, { labels: { team: 'x' } }));
  const { op, body, handOver, from, drop } = proposed(
    { set: rule({ trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } }) },
    live,
  );
  assert.equal(op, 'update');
  assert.deepEqual(withoutRecord(body), rule({ trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } }));
  assert.deepEqual(from, [KUBECTL]);
  assert.deepEqual(valueAt(handOver, 'f:spec', 'f:host'), undefined);
  assert.deepEqual(valueAt(handOver, 'f:spec', 'f:trafficPolicy', 'f:tls', 'f:mode'), {});
  assert.deepEqual(drop, {}, 'nothing goes that no wish removes');
});

test("kubectl's record of somebody's object is kept in step, so that the next kubectl apply merges rightly", () => {
  const live = applied(rule({ host: 'cart', subsets: ['v1'] }, { labels: { team: 'x' } }));
  const set = rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } });
  const { body } = proposed({ set, remove: { 'f:spec': { 'f:subsets': {} } } }, live);
  const { metadata, spec } = lastAppliedOf(body) ?? {};
  assert.deepEqual(spec, { host: 'cart', trafficPolicy: { tls: { mode: 'DISABLE' } } });
  assert.deepEqual(valueAt(metadata, 'labels'), { team: 'x' });
  const unrecorded = proposed({ set }, rule({ host: 'cart' }));
  assert.deepEqual(unrecorded.body, set, 'where there is no record, none is begun');
});

test('a record that somebody else keeps is left to them', () => {
  const record = { 'f:metadata': { 'f:annotations': { [`f:${LAST_APPLIED}`]: {} } } };
  const live = ownedObject(withLastApplied(rule({ host: 'cart' }), rule({ host: 'cart' })), owned('argocd', record));
  const { body, conflicts } = proposed({ set: rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } }) }, live);
  assert.deepEqual([lastAppliedOf(body), conflicts], [undefined, []]);
});

test('of an object without any record of owners, too, only the wished fields are taken over', () => {
  const { handOver, isUnrecorded } = proposed(
    { set: rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } }) },
    rule({ host: 'cart', subsets: ['v1'] }),
  );
  assert.equal(isUnrecorded, false, 'what the server lists on the first apply is not all ours');
  assert.deepEqual(pathsOf(handOver).map(pathText), ['spec.trafficPolicy.tls.mode']);
});

test('a way with a station sends what the station has, with everything else that is ours', () => {
  const set = rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } });
  const station = rule({ trafficPolicy: { tls: { mode: 'SIMPLE' } } });
  const live = upgraded(rule({}), rule({ host: 'cart', subsets: ['v1'] }));
  const { via } = proposed({ set, via: station }, live);
  assert.deepEqual(valueAt(via, 'spec', 'trafficPolicy'), { tls: { mode: 'SIMPLE' } });
  assert.deepEqual(proposed({ set, via: station }, undefined).via, station);
  assert.equal(proposed({ set }, live).via, undefined);
});

test("an atomic list of somebody's object is sent whole and is one path", () => {
  const levels = [{ port: { number: 80 } }, { port: { number: 81 } }];
  const live = applied(rule({ trafficPolicy: { portLevelSettings: levels.slice(0, 1) } }));
  const { body, handOver } = proposed({ set: rule({ trafficPolicy: { portLevelSettings: levels } }) }, live);
  assert.deepEqual(valueAt(body, 'spec', 'trafficPolicy', 'portLevelSettings'), levels);
  assert.deepEqual(valueAt(handOver, 'f:spec', 'f:trafficPolicy', 'f:portLevelSettings'), {});
});

test('what a wish removes is handed over and dropped, and not sent', () => {
  const live = upgraded(rule({}), rule({ host: 'cart', subsets: ['v1'] }));
  const remove = { 'f:spec': { 'f:subsets': {} } };
  const { body, handOver, drop } = proposed({ set: rule({}), remove }, live);
  assert.equal(valueAt(body, 'spec', 'subsets'), undefined);
  assert.deepEqual(valueAt(handOver, 'f:spec', 'f:subsets'), {});
  assert.deepEqual(drop, remove);
});

test("an earlier run's fields of somebody's object are sent again, whatever this run wishes", () => {
  const mine = { 'f:metadata': { 'f:labels': { 'f:ours': {} } }, 'f:spec': { 'f:host': {} } };
  const live = ownedObject(
    rule({ host: 'cart', subsets: ['v1'] }, { labels: { ours: 'yes', theirs: 'too' } }),
    owned(FIELD_MANAGER, mine, 'Apply'),
    owned('argocd', { 'f:metadata': { 'f:labels': { 'f:theirs': {} } }, 'f:spec': { 'f:subsets': {} } }),
  );
  const { body } = proposed({ set: rule({ exportTo: ['.'] }) }, live);
  assert.deepEqual(body.spec, { host: 'cart', exportTo: ['.'] });
  assert.deepEqual(labelsOf(body), { ours: 'yes' });
  assert.equal(body.metadata.managedFields, undefined);
  assert.equal(body.metadata.resourceVersion, undefined);
});

test('of somebody’s workload one container’s field is wished, and an earlier wish for another one is not taken back', () => {
  const containers = (...items: readonly JsonObject[]) =>
    object('apps/v1', 'Deployment', 'shop/cart', { spec: { template: { spec: { containers: items } } } });
  const image = { '.': {}, 'f:image': {}, 'f:name': {} };
  const inContainers = (fields: JsonObject) => ({
    'f:spec': { 'f:template': { 'f:spec': { 'f:containers': fields } } },
  });
  const live = ownedObject(
    containers({ name: 'app', image: 'x' }, { name: 'istio-proxy', image: 'ours' }),
    owned(FIELD_MANAGER, inContainers({ 'k:{"name":"istio-proxy"}': image }), 'Apply'),
    owned('argocd', inContainers({ 'k:{"name":"app"}': image })),
  );
  const { body } = proposed({ set: containers({ name: 'app', imagePullPolicy: 'Always' }) }, live);
  const sent = listAt(valueAt(body, 'spec', 'template', 'spec', 'containers'));
  assert.deepEqual(
    [...sent].sort((a, b) => `${valueAt(a, 'name')}`.localeCompare(`${valueAt(b, 'name')}`)),
    [
      { name: 'app', imagePullPolicy: 'Always' },
      { name: 'istio-proxy', image: 'ours' },
    ],
  );
});

test("a wish for somebody's field that another manager sets otherwise is a conflict, too", () => {
  const live = ownedObject(rule({ host: 'cart' }), owned('argocd', { 'f:spec': { '.': {}, 'f:host': {} } }));
  const left = proposed({ set: rule({ host: 'other', exportTo: ['.'] }) }, live);
  assert.deepEqual(left.body.spec, { exportTo: ['.'] });
  assert.deepEqual(
    left.conflicts.map(({ path, taken }) => [path, taken]),
    [['spec.host', false]],
  );
  const taken = proposed({ set: rule({ host: 'other' }) }, live, { isTaken: () => true });
  assert.deepEqual([taken.takenFrom, taken.taken], [['argocd'], { 'f:spec': { 'f:host': {} } }]);
});

test('proposing leaves what it was given as it was, and gives the same twice', () => {
  const live = applied(deployment(PATH, { labels: LABELS, replicas: 2 }));
  const installed = deployment(PATH, { labels: LABELS, selector: { app: 'pilot' }, image: 'x' });
  const before = structuredClone({ live, installed });
  const first = proposed({ installed }, live, around);
  assert.deepEqual(proposed({ installed }, live, around).body, first.body);
  assert.deepEqual({ live, installed }, before);
});

test('an object that is being deleted is not written to', () => {
  const live = object('v1', 'ConfigMap', 'istio-system/istio', {
    metadata: { deletionTimestamp: '2019-10-01T00:00:00Z', finalizers: ['x'] },
    data: { mesh: 'a' },
  });
  const { problems, handOver } = proposed(
    { installed: object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: 'b' } }) },
    live,
  );
  assert.deepEqual(
    problems.map(({ id, severity }) => [id, severity]),
    [['being-deleted', 'blocker']],
  );
  assert.deepEqual(handOver, {});
});

test('of an object without a record of owners, what kubectl applied is taken over, and what people added stays', () => {
  const record = JSON.stringify({
    metadata: { labels: { app: 'x' } },
    spec: { selector: { app: 'x' }, ports: [{ port: 80 }] },
  });
  const live = object('v1', 'Service', 'istio-system/gateway', {
    metadata: { labels: { app: 'x' }, annotations: { [LAST_APPLIED]: record, 'lb/type': 'nlb' } },
    spec: {
      selector: { app: 'x' },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      type: 'ClusterIP',
      loadBalancerIP: '192.0.2.1',
    },
  });
  const { handOver } = proposed(
    { installed: object('v1', 'Service', 'istio-system/gateway', { spec: { ports: [{ port: 80 }] } }) },
    live,
  );
  const taken = pathsOf(handOver).map(pathText);
  assert.ok(taken.includes('spec.type'), 'a default of the server came with it');
  assert.ok(taken.includes('metadata.labels.app'));
  assert.deepEqual(
    taken.filter((path) => /loadBalancerIP|lb\/type/.test(path)),
    [],
  );
});
