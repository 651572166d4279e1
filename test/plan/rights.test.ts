import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, Step } from '../../src/core/change.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { escalationFor, evictionRight, resourceText, rightsFor, rightsToRestore } from '../../src/plan/rights.ts';
import { change, deployment, object } from '../objects.ts';
import { maybeProposed, proposed, type Wished } from './proposing.ts';

const CONFIG = object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: 'old' } });
const CHANGED = { ...CONFIG, data: { mesh: 'new' } };
const NEW_LABELS = deployment('istio-system/pilot', { labels: { app: 'pilot' }, selector: { app: 'pilot' } });
const OLD_LABELS = deployment('istio-system/pilot', { labels: { app: 'old' }, selector: { app: 'old' } });

function verbs(wished: Wished, live: K8sObject | undefined): readonly string[] {
  return rightsFor(proposed(wished, live)).map(({ verb }) => verb);
}

test('creating takes create and patch, since server-side apply is a patch', () => {
  assert.deepEqual(verbs({ installed: CONFIG }, undefined), ['create', 'patch']);
});

test('changing takes patch; where fields go, update too, which stands in for what server-side apply cannot remove', () => {
  assert.deepEqual(verbs({ set: CHANGED }, CONFIG), ['patch']);
  const live = { ...CONFIG, data: { mesh: 'old', gone: 'x' } };
  assert.deepEqual(verbs({ set: CHANGED, remove: { 'f:data': { 'f:gone': {} } } }, live), ['patch', 'update']);
});

test('deleting takes delete, and replacing all that deleting and creating do', () => {
  const deletion = maybeProposed({ isAbsent: true }, CONFIG);
  assert.ok(deletion);
  assert.deepEqual(
    rightsFor(deletion).map(({ verb }) => verb),
    ['delete'],
  );
  const replacement = proposed({ installed: NEW_LABELS }, OLD_LABELS, {
    replicaSets: { controlled: [], orphaned: [] },
  });
  assert.deepEqual(
    rightsFor({ ...replacement, op: 'replace' }).map(({ verb }) => verb),
    ['create', 'patch', 'delete'],
  );
});

test('rights are on the object by name, in its namespace, or in none', () => {
  assert.deepEqual(rightsFor(proposed({ set: CHANGED }, CONFIG)), [
    { verb: 'patch', group: '', resource: 'configmaps', namespace: 'istio-system', name: 'istio' },
  ]);
  const role = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'reader', { rules: [] });
  assert.deepEqual(
    rightsFor(proposed({ installed: role }, undefined)).map(({ resource, namespace }) => [resource, namespace]),
    [
      ['clusterroles', ''],
      ['clusterroles', ''],
    ],
  );
});

test('a role can be written with rules that one may escalate, a binding with a role that one may bind', () => {
  const rbac = 'rbac.authorization.k8s.io/v1';
  const role = object(rbac, 'Role', 'shop/reader', { rules: [] });
  assert.deepEqual(escalationFor(proposed({ installed: role }, undefined)), {
    verb: 'escalate',
    group: 'rbac.authorization.k8s.io',
    resource: 'roles',
    namespace: 'shop',
    name: 'reader',
  });
  const binding = object(rbac, 'ClusterRoleBinding', 'readers', { roleRef: { kind: 'ClusterRole', name: 'reader' } });
  const bind = escalationFor(proposed({ installed: binding }, undefined));
  assert.deepEqual([bind?.verb, bind?.resource, bind?.name], ['bind', 'clusterroles', 'reader']);
  assert.equal(escalationFor(proposed({ set: CHANGED }, CONFIG)), undefined);
});

test('a resource is written as kubectl auth can-i takes it', () => {
  assert.equal(resourceText({ group: 'apps', resource: 'deployments' }), 'deployments.apps');
  assert.equal(resourceText(evictionRight('shop')), 'pods/eviction');
});

const RESTORE: Step = { do: 'restore', body: CONFIG };
const STATION: Step = { do: 'prepare', body: CHANGED, after: CHANGED };
const BACK = change(CHANGED, CONFIG, { steps: [RESTORE] });
const { before: _before, ...WITHOUT_BEFORE } = BACK;
const { after: _after, ...WITHOUT_AFTER } = BACK;
const OWNERS = { ...CONFIG, metadata: { ...CONFIG.metadata, managedFields: [{ manager: 'somebody' }] } };
const DELETION: Change = { ...WITHOUT_AFTER, op: 'delete', steps: [{ do: 'delete' }] };

for (const [what, back, wanted] of [
  ['what was changed', BACK, ['update', 'patch']],
  ['owners alone', change(OWNERS, CONFIG, { steps: [RESTORE] }), ['patch']],
  ['owners alone, by a station', change(OWNERS, CONFIG, { steps: [STATION, RESTORE] }), ['update', 'patch']],
  ['what was deleted', { ...WITHOUT_BEFORE, op: 'create' }, ['create', 'patch']],
  ['what was replaced', { ...BACK, op: 'replace', immutable: ['spec.selector'] }, ['create', 'patch', 'delete']],
  ['what was created', DELETION, ['delete']],
  [
    'what was created, by a station',
    { ...DELETION, steps: [STATION, { do: 'delete' }] },
    ['update', 'patch', 'delete'],
  ],
] as const satisfies readonly (readonly [string, Change, readonly string[]])[]) {
  test(`putting back ${what} takes ${wanted.join(', ')}`, () => {
    const rights = rightsToRestore(back);
    assert.deepEqual(
      rights.map(({ verb }) => verb),
      wanted,
    );
    for (const right of rights)
      assert.deepEqual(right, {
        ...right,
        group: '',
        resource: 'configmaps',
        namespace: 'istio-system',
        name: 'istio',
      });
  });
}

test('putting back an object of the whole cluster takes rights in no namespace', () => {
  const role = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'reader', { rules: [] });
  const back = change(role, { ...role, rules: [{ verbs: ['get'] }] }, { steps: [RESTORE] });
  assert.deepEqual(
    rightsToRestore(back).map(({ resource, namespace }) => [resource, namespace]),
    [
      ['clusterroles', ''],
      ['clusterroles', ''],
    ],
  );
});
