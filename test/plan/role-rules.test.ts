import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Access } from '../../src/core/access.ts';
import { resourcesOf } from '../../src/memory/resources.ts';
import { roleManifests } from '../../src/plan/role-manifests.ts';
import { roleRules } from '../../src/plan/role-rules.ts';

const RESOURCES = resourcesOf([]);
const POD = { group: '', kind: 'Pod' };
const SERVICE = { group: '', kind: 'Service' };
const ROLE = { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' };
const ISTIO = 'istio-system';

/** `istio-system: get,list pods,services`: a rule a line, of the whole cluster without a namespace. */
function rules(...accesses: readonly Access[]): readonly string[] {
  return roleRules(accesses, RESOURCES).flatMap(({ namespace, rules: some }) =>
    some.map(({ verbs, apiGroups, resources, resourceNames = [] }) => {
      const what = [verbs.join(','), resources.join(','), ...apiGroups.filter((group) => group !== '')].join(' ');
      const names = resourceNames.length === 0 ? '' : ` ${resourceNames.join('|')}`;
      return `${namespace === '' ? '' : `${namespace}: `}${what}${names}`;
    }),
  );
}

const CASES: readonly (readonly [what: string, accesses: readonly Access[], expected: readonly string[]])[] = [
  [
    'resources of a group with the same verbs share a rule',
    [
      { ...POD, verbs: ['list'] },
      { ...SERVICE, verbs: ['list'] },
      { group: 'apps', kind: 'Deployment', verbs: ['list'] },
    ],
    ['list pods,services', 'list deployments apps'],
  ],
  [
    'verbs of one resource are put together, reading before writing, each once',
    [
      { ...POD, verbs: ['delete', 'list'] },
      { ...POD, verbs: ['get', 'list'] },
    ],
    ['get,list,delete pods'],
  ],
  [
    'what the whole cluster allows is not said again of a namespace or a name',
    [
      { ...SERVICE, verbs: ['list'] },
      { ...SERVICE, verbs: ['list', 'get'], namespace: ISTIO },
      { ...SERVICE, verbs: ['get', 'patch'], namespace: ISTIO, names: ['istio-pilot'] },
    ],
    ['list services', 'istio-system: get services', 'istio-system: patch services istio-pilot'],
  ],
  [
    'names of a resource are put together, those of different resources are not',
    [
      { ...POD, verbs: ['get'], namespace: ISTIO, names: ['b'] },
      { ...POD, verbs: ['get'], namespace: ISTIO, names: ['a'] },
      { ...SERVICE, verbs: ['get'], namespace: ISTIO, names: ['a'] },
    ],
    ['istio-system: get pods a|b', 'istio-system: get services a'],
  ],
  [
    'kinds without namespaces are of the whole cluster, wherever they are asked for',
    [{ ...ROLE, verbs: ['get'], namespace: ISTIO }],
    ['get clusterroles rbac.authorization.k8s.io'],
  ],
  [
    'a ClusterRole that is bound in a namespace may be bound there alone',
    [{ ...ROLE, verbs: ['bind'], namespace: ISTIO, names: ['edit'] }],
    ['istio-system: bind clusterroles rbac.authorization.k8s.io edit'],
  ],
  [
    'subresources are resources of their own',
    [{ ...POD, subresource: 'eviction', verbs: ['create'] }],
    ['create pods/eviction'],
  ],
  ['nothing is allowed about kinds that are not served', [{ group: 'x.io', kind: 'Gone', verbs: ['list'] }], []],
];

for (const [what, accesses, expected] of CASES) {
  test(what, () => {
    assert.deepEqual(rules(...accesses), expected);
    assert.deepEqual(rules(...accesses.toReversed()), expected, 'in any order');
  });
}

test('each place gets a role of its own, and where there are subjects a binding', () => {
  const places = roleRules(
    [
      { ...POD, verbs: ['list'] },
      { ...SERVICE, verbs: ['get'], namespace: ISTIO },
    ],
    RESOURCES,
  );
  assert.deepEqual(
    roleManifests('plan', places, []).map(({ kind, metadata }) => [kind, metadata]),
    [
      ['ClusterRole', { name: 'istio-upgrade-plan' }],
      ['Role', { namespace: ISTIO, name: 'istio-upgrade-plan' }],
    ],
  );
  const subjects = [
    { kind: 'User', name: 'alice' },
    { kind: 'ServiceAccount', namespace: 'ci', name: 'upgrade' },
  ] as const;
  const [, , wide, narrow] = roleManifests('plan', places, subjects);
  const apiGroup = 'rbac.authorization.k8s.io';
  assert.deepEqual([wide?.kind, narrow?.kind], ['ClusterRoleBinding', 'RoleBinding']);
  assert.deepEqual(narrow?.roleRef, { apiGroup, kind: 'Role', name: 'istio-upgrade-plan' });
  assert.deepEqual(wide?.subjects, [
    { apiGroup, kind: 'User', name: 'alice' },
    { kind: 'ServiceAccount', namespace: 'ci', name: 'upgrade' },
  ]);
});
