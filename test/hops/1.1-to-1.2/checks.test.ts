import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/core/json.ts';
import { type K8sObject, refText } from '../../../src/core/object.ts';
import { configRejected } from '../../../src/hops/1.1-to-1.2/checks/config-rejected.ts';
import { configurationChecks } from '../../../src/hops/1.1-to-1.2/checks/configuration.ts';
import { mtlsConflict } from '../../../src/hops/1.1-to-1.2/checks/mtls-conflict.ts';
import { overlappingPolicies } from '../../../src/hops/1.1-to-1.2/checks/overlapping-policies.ts';
import { rulesMergeDifferently } from '../../../src/hops/1.1-to-1.2/checks/rules-merge-differently.ts';
import { readSnapshot } from '../../../src/memory/snapshot-file.ts';
import type { Check, Finding } from '../../../src/plan/check.ts';
import { object } from '../../objects.ts';
import { contextOf } from '../context.ts';

const CASES = join(import.meta.dirname, 'checks');

/** What `fires.yaml` makes a check say: one pattern a finding, in order. */
const SAYS: Readonly<Record<string, readonly RegExp[]>> = {
  'config-rejected': [
    /^blocker DestinationRule\S+\/shop\/cart: spec\.subsets\[0\]\.labels\["app\.kubernetes\.io\/version"\]: /,
    /^blocker ServiceEntry\S+\/shop\/db: spec\.endpoints\[0\]\.labels\["example\.com\/tier"\]: /,
    /^blocker VirtualService\S+\/shop\/cart: spec\.http\[0\]\.match\[0\]\.source_labels\["version"\]: "v1\." /,
    /^blocker VirtualService\S+\/shop\/cart: spec\.http\[0\]\.cors_policy\.allow_origin\[0\]: "\*\.example\.com" /,
    /^blocker VirtualService\S+\/shop\/cart: spec\.tcp\[0\]\.route: a tcp route needs a destination; Pilot 1\.2 drops/,
    /^blocker ServiceRole\S+\/shop\/viewer: spec\.rules\[0\]\.not_methods: /,
    /^blocker ServiceRoleBinding\S+\/shop\/viewers: spec\.subjects\[0\]\.names\[0\]: /,
  ],
  'policy-target-labels': [
    /^warning Policy\S+\/shop\/cart: spec\.targets\[0\]\.labels: 1\.1 applies it to service cart, 1\.2 to the pods with version=v1$/,
  ],
  'rules-merge-differently': [
    /^warning DestinationRule\S+\/shop\/newer: spec\.trafficPolicy is in force for cart\.shop\.svc\.cluster\.local in 1\.2, and none in 1\.1 \(merged: older, newer\)$/,
  ],
  'authorization-policy-with-bindings': [
    /^blocker AuthorizationPolicy\S+\/shop\/cart stands beside ServiceRoleBinding\S+\/bank\/viewers: /,
  ],
  'overlapping-policies': [
    /^warning spec\.targets of Policy\S+\/shop\/cart \(STRICT\) and Policy\S+\/shop\/cart-admin \(DISABLE\) overlap on port 8080 of Service\/shop\/cart: /,
  ],
  'host-matches-nothing': [
    /^warning DestinationRule\S+\/web\/cart: spec\.host: "cart\.shop" matches no service; .* cart\.shop\.svc\.cluster\.local$/,
    /^warning VirtualService\S+\/web\/cart: spec\.http\[0\]\.route\[0\]\.destination\.host: "cart\.shop\.svc" matches/,
    /^note VirtualService\S+\/web\/cart: spec\.hosts\[0\]: "cart\.shop" matches/,
  ],
  'mtls-conflict': [
    /^warning Service\/shop\/cart: port 80: it takes mutual TLS only \(STRICT\), and clients in istio-system, shop send PLAINTEXT \(MeshPolicy\S+, DestinationRule\S+\/shop\/cart\)$/,
  ],
};

function findingsIn(check: Check, name: string, turn: 'as-written' | 'reversed' = 'as-written'): readonly Finding[] {
  const file = join(CASES, check.id, `${name}.yaml`);
  assert.ok(existsSync(file), `${check.id} has no case ${name}.yaml`);
  const live = readSnapshot(readFileSync(file, 'utf8'), file);
  const context = contextOf({ live: turn === 'reversed' ? live.toReversed() : live });
  return check.find({ ...context, kubernetes: 'v1.20.2', status: undefined });
}

function saidBy(check: Check, findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity = check.severity, message }) => `${severity} ${message}`);
}

for (const check of configurationChecks) {
  test(`${check.id}: it has documentation and an explanation`, () => {
    assert.match(check.id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.match(check.docs, /^https:\/\//);
    assert.ok(check.explain.length >= 100, `${check.explain.length} characters`);
    assert.ok((check.kinds ?? []).length > 0, 'it names the kinds that it looks at');
  });

  test(`${check.id}: it fires where there is something to find, with the object and what to do`, () => {
    const findings = findingsIn(check, 'fires');
    assert.ok(findings.length > 0, 'it says nothing');
    const said = saidBy(check, findings);
    const expected = SAYS[check.id] ?? [];
    assert.equal(said.length, expected.length, said.join('\n'));
    for (const [index, pattern] of expected.entries()) assert.match(said[index] ?? '', pattern);
    for (const { ref, message, hint } of findings) {
      assert.ok(ref !== undefined && message.includes(refText(ref)), message);
      assert.ok(hint, message);
    }
  });

  test(`${check.id}: it is silent where there is nothing to find`, () => {
    assert.deepEqual(saidBy(check, findingsIn(check, 'silent')), []);
  });

  test(`${check.id}: it says the same however its input is ordered`, () => {
    assert.deepEqual(findingsIn(check, 'fires', 'reversed'), findingsIn(check, 'fires'));
  });
}

test('no two checks have the same id, and every case belongs to one', () => {
  const ids = configurationChecks.map(({ id }) => id);
  assert.deepEqual([...new Set(ids)], ids);
  assert.deepEqual(Object.keys(SAYS).sort(), [...ids].sort());
  for (const id of ids) assert.ok(readdirSync(CASES).includes(id), id);
});

function found(check: Check, live: readonly K8sObject[]): readonly string[] {
  return saidBy(check, check.find({ ...contextOf({ live }), kubernetes: 'v1.20.2', status: undefined }));
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
  assert.deepEqual(mtlsConflict.find({ ...contextOf({ live }), kubernetes: 'v1.20.2', status }), []);
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
