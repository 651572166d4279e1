import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { type K8sObject, refOf } from '../../src/core/object.ts';
import { type Undo, undoObject } from '../../src/plan/undo-object.ts';
import { deployment, object, owned, ownedObject } from '../objects.ts';

const SERVER = { uid: 'u-1', resourceVersion: '7', creationTimestamp: '2019-06-01T00:00:00Z' };

function config(data: JsonObject, ...owners: readonly JsonObject[]): K8sObject {
  const bare = object('v1', 'ConfigMap', 'istio-system/istio', { metadata: SERVER, data });
  return owners.length === 0 ? bare : ownedObject(bare, ...owners);
}

const fields = (...names: readonly string[]): JsonObject => ({
  'f:data': Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
});
const BEFORE = config({ mesh: 'old', gone: 'x', kept: 'y' }, owned('kubectl', fields('mesh', 'gone', 'kept')));
const LEFT = config(
  { mesh: 'new', added: 'z', kept: 'y' },
  owned('istio-upgrade', fields('mesh', 'added', 'kept'), 'Apply'),
);
const OURS = owned('istio-upgrade', fields('mesh', 'added', 'kept'), 'Apply');

interface Given {
  readonly original: K8sObject | undefined;
  readonly left: K8sObject | undefined;
  readonly live: K8sObject | undefined;
}

function undo(given: Given, taken: readonly string[] = []): Undo {
  const known = given.live ?? given.left ?? given.original;
  assert.ok(known);
  return undoObject({ ...given, ref: refOf(known), isTaken: (_ref, path) => taken.includes(path) });
}

function updated(result: Undo): K8sObject {
  assert.ok(result.do === 'update', JSON.stringify(result));
  return result.after;
}

function conflictsOf(result: Undo): readonly string[] {
  return result.do === 'nothing'
    ? []
    : result.conflicts.map(({ owner, path, taken }) => `${owner} ${path}${taken ? ' taken' : ''}`);
}

test('what nobody changed since becomes what it was, its record of owners included', () => {
  const after = updated(undo({ original: BEFORE, left: LEFT, live: LEFT }));
  assert.deepEqual(after.data, BEFORE.data);
  assert.deepEqual(after.metadata.managedFields, BEFORE.metadata.managedFields);
});

test('what is as it was is left, and only the owners go back where only they differ', () => {
  assert.deepEqual(undo({ original: BEFORE, left: LEFT, live: BEFORE }), { do: 'nothing' });
  const live = config({ mesh: 'old', gone: 'x', kept: 'y' }, OURS);
  assert.deepEqual(
    updated(undo({ original: BEFORE, left: LEFT, live })).metadata.managedFields,
    BEFORE.metadata.managedFields,
  );
});

test('an object without a record of owners gets none back', () => {
  const original = config({ mesh: 'old' });
  assert.deepEqual(updated(undo({ original, left: LEFT, live: LEFT })).metadata.managedFields, []);
});

test("others' fields stay where only ours go back, and everybody has what they had", () => {
  const live = config({ mesh: 'new', added: 'z', kept: 'y', theirs: 't' }, OURS, owned('team', fields('theirs')));
  const result = undo({ original: BEFORE, left: LEFT, live });
  assert.deepEqual(updated(result).data, { mesh: 'old', gone: 'x', kept: 'y', theirs: 't' });
  assert.deepEqual(conflictsOf(result), []);
  const owners: Json = [owned('kubectl', fields('mesh', 'gone', 'kept')), owned('team', fields('theirs'))];
  assert.deepEqual(updated(result).metadata.managedFields, owners);
});

test('a field of ours that others changed since is a conflict with their name, and stays; the rest goes back', () => {
  const live = config(
    { mesh: 'edited', added: 'z', kept: 'y' },
    owned('istio-upgrade', fields('added', 'kept'), 'Apply'),
    owned('team', fields('mesh')),
  );
  const result = undo({ original: BEFORE, left: LEFT, live });
  assert.deepEqual(conflictsOf(result), ['team data.mesh']);
  assert.deepEqual(updated(result).data, { mesh: 'edited', gone: 'x', kept: 'y' });
  const taken = undo({ original: BEFORE, left: LEFT, live }, ['data.mesh']);
  assert.deepEqual(conflictsOf(taken), ['team data.mesh taken']);
  assert.deepEqual(updated(taken).data, BEFORE.data);
});

test('a field that others removed since, or added again, is a conflict as well', () => {
  const removed = undo({ original: BEFORE, left: LEFT, live: config({ added: 'z', kept: 'y' }, OURS) });
  assert.deepEqual(conflictsOf(removed), ['who removed it data.mesh']);
  const again = undo({
    original: BEFORE,
    left: LEFT,
    live: config({ mesh: 'new', gone: 'other', added: 'z', kept: 'y' }, OURS),
  });
  assert.deepEqual(conflictsOf(again), ['somebody data.gone']);
});

test('a field that others put back already is no conflict', () => {
  const live = config({ mesh: 'old', added: 'z', kept: 'y' }, OURS, owned('team', fields('mesh')));
  const result = undo({ original: BEFORE, left: LEFT, live });
  assert.deepEqual(conflictsOf(result), []);
  assert.deepEqual(updated(result).data, BEFORE.data);
});

test('an object of which everything that is left to do is contested stays, and is told', () => {
  const original = config({ mesh: 'old' }, owned('kubectl', fields('mesh')));
  const left = config({ mesh: 'new' }, owned('istio-upgrade', fields('mesh'), 'Apply'));
  const live = config({ mesh: 'edited' }, owned('kubectl', fields('mesh')));
  const result = undo({ original, left, live });
  assert.equal(result.do, 'stays');
  assert.deepEqual(conflictsOf(result), ['kubectl data.mesh']);
});

test('what the run created goes, unless somebody has a part in it by now', () => {
  assert.equal(undo({ original: undefined, left: LEFT, live: LEFT }).do, 'delete');
  const edited = config({ mesh: 'edited', added: 'z', kept: 'y' }, OURS);
  assert.deepEqual(undo({ original: undefined, left: LEFT, live: edited }), {
    do: 'stays',
    conflicts: [{ owner: 'somebody', path: 'data.mesh', taken: false }],
  });
  const shared = config({ mesh: 'new', added: 'z', kept: 'y' }, OURS, owned('gitops', fields('mesh'), 'Apply'));
  assert.deepEqual(conflictsOf(undo({ original: undefined, left: LEFT, live: shared })), ['gitops data.mesh']);
  assert.equal(undo({ original: undefined, left: LEFT, live: edited }, ['data.mesh']).do, 'delete');
});

test('what controllers add to a new object is nobody’s part in it', () => {
  const left = object('v1', 'ServiceAccount', 'istio-system/istio-pilot', { metadata: SERVER });
  const token = owned('kube-controller-manager', {
    'f:secrets': { '.': {}, 'k:{"name":"token"}': { '.': {}, 'f:name': {} } },
  });
  const live = ownedObject({ ...left, secrets: [{ name: 'token' }] }, token);
  assert.equal(undo({ original: undefined, left, live }).do, 'delete');
  const pilot = deployment('istio-system/istio-pilot', { metadata: SERVER });
  const revised = deployment('istio-system/istio-pilot', {
    replicas: 4,
    metadata: { ...SERVER, annotations: { 'deployment.kubernetes.io/revision': '2' } },
  });
  assert.equal(undo({ original: undefined, left: pilot, live: { ...revised, status: { replicas: 4 } } }).do, 'delete');
});

test('what the run deleted comes back without what only the old object had', () => {
  const original = {
    ...BEFORE,
    metadata: { ...BEFORE.metadata, ownerReferences: [{ uid: 'gone' }] },
    status: { x: 1 },
  };
  const result = undo({ original, left: undefined, live: undefined });
  assert.ok(result.do === 'create');
  const { uid, resourceVersion, creationTimestamp, ownerReferences, managedFields } = result.after.metadata;
  assert.deepEqual(
    [uid, resourceVersion, creationTimestamp, ownerReferences],
    [undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(managedFields, BEFORE.metadata.managedFields);
  assert.deepEqual([result.after.data, result.after.status], [BEFORE.data, undefined]);
});

test('what somebody else deleted since stays away, unless it is asked for', () => {
  const gone = undo({ original: BEFORE, left: LEFT, live: undefined });
  assert.deepEqual(gone, {
    do: 'stays',
    conflicts: [{ owner: 'who deleted it', path: 'metadata.name', taken: false }],
  });
  assert.equal(undo({ original: BEFORE, left: LEFT, live: undefined }, ['metadata.name']).do, 'create');
  assert.deepEqual(undo({ original: undefined, left: LEFT, live: undefined }), { do: 'nothing' });
});

test('what somebody made again after the run deleted it is theirs', () => {
  const same = config({ mesh: 'old', gone: 'x', kept: 'y' }, owned('kubectl', fields('mesh', 'gone', 'kept')));
  assert.deepEqual(undo({ original: BEFORE, left: undefined, live: same }), { do: 'nothing' });
  const other = undo({
    original: BEFORE,
    left: undefined,
    live: config({ mesh: 'other', gone: 'x', kept: 'y' }, owned('kubectl', fields('mesh', 'gone', 'kept'))),
  });
  assert.deepEqual([other.do, conflictsOf(other)], ['stays', ['kubectl data.mesh']]);
});

test('the scale stays as it is, unless the run set it and nobody since', () => {
  const at = (replicas: number, image: string) =>
    deployment('istio-system/istio-pilot', { replicas, image, metadata: SERVER });
  const scale = (original: number, left: number, live: number) => {
    const after = updated(undo({ original: at(original, 'old'), left: at(left, 'new'), live: at(live, 'new') }));
    return JSON.parse(JSON.stringify(after.spec)).replicas;
  };
  assert.deepEqual([scale(2, 2, 5), scale(2, 1, 1), scale(2, 1, 5)], [5, 2, 5]);
});

test('ports that the older release does not know go with their node ports, and those that stay keep theirs', () => {
  const service = (...ports: readonly JsonObject[]) =>
    object('v1', 'Service', 'istio-system/ingress', {
      metadata: SERVER,
      spec: { clusterIP: '10.0.0.1', type: 'NodePort', ports },
    });
  const http = { name: 'http', port: 80, protocol: 'TCP', targetPort: 80, nodePort: 31380 };
  const status = { name: 'status', port: 15020, protocol: 'TCP', targetPort: 15020, nodePort: 30001 };
  const [original, left] = [service(http), service({ ...http, targetPort: 8080 }, status)];
  const after = updated(undo({ original, left, live: left }));
  assert.deepEqual(after.spec, { clusterIP: '10.0.0.1', type: 'NodePort', ports: [http] });
});

test('inputs are left as they are', () => {
  const inputs = { original: BEFORE, left: LEFT, live: LEFT };
  const copy = structuredClone(inputs);
  undo(inputs);
  assert.deepEqual(inputs, copy);
});
