import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { configRejected } from '../../../src/hops/1.1-to-1.2/checks/configuration/config-rejected.ts';
import { mtlsConflict } from '../../../src/hops/1.1-to-1.2/checks/configuration/mtls-conflict.ts';
import { overlappingPolicies } from '../../../src/hops/1.1-to-1.2/checks/configuration/overlapping-policies.ts';
import { rulesMergeDifferently } from '../../../src/hops/1.1-to-1.2/checks/configuration/rules-merge-differently.ts';
import { hop11to12 } from '../../../src/hops/1.1-to-1.2/hop.ts';
import type { Check } from '../../../src/plan/check.ts';
import { object } from '../../objects.ts';
import { testOwnChecks } from '../check-cases.ts';
import { checkContextOf } from '../context.ts';

testOwnChecks(hop11to12, join(import.meta.dirname, 'checks'));

function found(check: Check, live: readonly K8sObject[]): readonly string[] {
  const findings = check.find(checkContextOf({ live }));
  return findings.map(({ severity = check.severity, message }) => `${severity} ${message}`);
}

const networking = (kind: string, path: string, spec: JsonObject) =>
  object('networking.istio.io/v1alpha3', kind, path, { spec });
const policy = (path: string, spec: JsonObject) => object('authentication.istio.io/v1alpha1', 'Policy', path, { spec });
const CART = object('v1', 'Service', 'shop/cart', { spec: { selector: { app: 'cart' }, ports: [{ port: 80 }] } });

test('config-rejected: where Pilot does not validate again it is a warning, for the object stays in force', () => {
  const rule = networking('DestinationRule', 'shop/cart', { host: 'cart', subsets: [{ labels: { 'a/b': 'x' } }] });
  const [said, ...others] = found(configRejected, [rule]);
  assert.match(said ?? '', /^warning .*; the next change to it is refused$/);
  assert.deepEqual(others, []);
});

test('rules-merge-differently: a private rule is told from what all see', () => {
  const newer = networking('DestinationRule', 'shop/newer', {
    host: 'cart',
    exportTo: ['.'],
    trafficPolicy: { tls: { mode: 'DISABLE' } },
  });
  const [said, ...others] = found(rulesMergeDifferently, [
    networking('DestinationRule', 'shop/a', { host: 'cart' }),
    newer,
  ]);
  assert.match(said ?? '', /shop\/newer: spec\.trafficPolicy is in force/);
  assert.deepEqual(others, []);
});

test('rules-merge-differently: what other namespaces see is merged without private rules', () => {
  const tls = { trafficPolicy: { tls: { mode: 'DISABLE' } } };
  const rules = [
    networking('DestinationRule', 'shop/a', { host: 'cart', exportTo: ['.'], ...tls }),
    networking('DestinationRule', 'shop/b', { host: 'cart' }),
    networking('DestinationRule', 'shop/c', { host: 'cart', ...tls }),
  ];
  const [said, ...others] = found(rulesMergeDifferently, rules);
  assert.match(said ?? '', /shop\/c: spec\.trafficPolicy is in force .*\(merged: b, c\)$/);
  assert.deepEqual(others, []);
});

test('overlapping-policies: Policies that say the same are a note, and labels of 1.2 count', () => {
  const same = { targets: [{ name: 'cart' }], peers: [{ mtls: {} }] };
  const [said] = found(overlappingPolicies, [CART, policy('shop/a', same), policy('shop/b', same)]);
  assert.match(said ?? '', /^note spec\.targets of /);
  const labelled = policy('shop/b', { targets: [{ name: 'other', labels: { app: 'cart' } }] });
  const [byLabels] = found(overlappingPolicies, [CART, policy('shop/a', same), labelled]);
  assert.match(byLabels ?? '', /^warning .* overlap on port 80 /);
});

test('mtls-conflict: clients that have no sidecars, where that is known, send nothing of the kind', () => {
  const live = [CART, policy('shop/default', { peers: [{ mtls: {} }] })];
  assert.equal(found(mtlsConflict, live).length, 1);
  const status = { istioNamespace: 'istio-system', version: undefined, components: [], gateways: [], workloads: [] };
  assert.deepEqual(mtlsConflict.find(checkContextOf({ live, status })), []);
});

test('mtls-conflict: a service that takes plaintext and gets mutual TLS is told with what to set', () => {
  const rule = networking('DestinationRule', 'shop/cart', {
    host: 'cart',
    trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
  });
  const [said, ...others] = found(mtlsConflict, [CART, rule]);
  assert.match(said ?? '', /it takes plaintext only, and clients in shop send ISTIO_MUTUAL/);
  assert.deepEqual(others, []);
});
