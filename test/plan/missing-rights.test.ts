import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Right } from '../../src/core/right.ts';
import { mayNotEvict, missingRightProblems } from '../../src/plan/missing-rights.ts';
import { evictionRight } from '../../src/plan/rights.ts';

function lacking(name: string, verbs: readonly string[], namespace = 'istio-system') {
  const rights = verbs.map((verb): Right => ({ verb, group: 'apps', resource: 'deployments', namespace, name }));
  return { ref: { group: 'apps', kind: 'Deployment', namespace, name }, rights };
}

test('what is missing is told once for each kind and namespace, with the verbs and the objects', () => {
  const all = [
    lacking('istio-pilot', ['patch', 'update']),
    lacking('istio-galley', ['patch']),
    lacking('istio-citadel', ['create', 'patch', 'delete']),
    lacking('istio-policy', ['patch']),
    lacking('istio-telemetry', []),
    lacking('cart', ['patch'], 'shop'),
  ];
  assert.deepEqual(missingRightProblems(all, false), [
    {
      id: 'may-not-write',
      severity: 'warning',
      message:
        'you may not create, patch, update, delete Deployment.apps in istio-system: istio-citadel, istio-galley, istio-pilot and 1 more',
      hint: 'ask for the right, or let somebody run it who has it; see: kubectl auth can-i create deployments.apps -n istio-system',
    },
    {
      id: 'may-not-write',
      severity: 'warning',
      message: 'you may not patch Deployment.apps in shop: cart',
      hint: 'ask for the right, or let somebody run it who has it; see: kubectl auth can-i patch deployments.apps -n shop',
    },
  ]);
  assert.deepEqual(missingRightProblems([...all].reverse(), false), missingRightProblems(all, false));
});

test('it blocks a plan that is made to be carried out', () => {
  assert.deepEqual(
    missingRightProblems([lacking('istio-pilot', ['patch'])], true).map(({ severity }) => severity),
    ['blocker'],
  );
  assert.deepEqual(
    mayNotEvict([evictionRight('shop')], true).map(({ severity, message }) => `${severity} ${message}`),
    ['blocker you may not create pods/eviction in shop'],
  );
});

test('a cluster-scoped kind is in no namespace', () => {
  const ref = { group: '', kind: 'Namespace', namespace: '', name: 'istio-system' };
  const right = { verb: 'patch', group: '', resource: 'namespaces', namespace: '', name: 'istio-system' };
  const [problem] = missingRightProblems([{ ref, rights: [right] }], false);
  assert.equal(problem?.message, 'you may not patch Namespace: istio-system');
  assert.match(problem?.hint ?? '', /can-i patch namespaces$/);
});
