import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson, isArray, type Json, type JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { PHASES } from '../../src/core/phase.ts';
import { compareMinors, minorText } from '../../src/core/version.ts';
import { CHECKS_OF_EVERY_HOP } from '../../src/hops/every/checks/index.ts';
import { crds } from '../../src/hops/every/crds.ts';
import { leftovers } from '../../src/hops/every/leftovers.ts';
import { manifests } from '../../src/hops/every/manifests.ts';
import { postInstall } from '../../src/hops/every/post-install.ts';
import { MESH_WIDE_PROBLEMS } from '../../src/hops/every/problems/mesh-wide.ts';
import { sidecars } from '../../src/hops/every/sidecars.ts';
import { HOPS } from '../../src/hops/index.ts';
import type { Hop } from '../../src/plan/hop.ts';
import type { RuleContext, RuleResult } from '../../src/plan/rule.ts';
import { deployment, object } from '../objects.ts';
import { type Around, contextOf } from './context.ts';

const LABELS = { labels: { release: 'istio', chart: 'istio', heritage: 'Tiller' } };
const POLICY = 'apiVersion: authentication.istio.io/v1alpha1\nkind: MeshPolicy\nmetadata:\n  name: default\n';

/** A little of everything that a release and a mesh hold. */
const AROUND: Around = {
  live: [
    deployment('istio-system/istio-pilot', { metadata: LABELS }),
    object('v1', 'ConfigMap', 'istio-system/istio', { metadata: LABELS, data: { mesh: 'enableTracing: true\n' } }),
    object('v1', 'Service', 'istio-system/istio-pilot', { metadata: LABELS, spec: { ports: [{ port: 15010 }] } }),
    object('config.istio.io/v1alpha2', 'metric', 'istio-system/requestcount', { metadata: LABELS }),
    object('config.istio.io/v1alpha2', 'kubernetes', 'istio-system/attributes', { metadata: LABELS }),
    object('rbac.istio.io/v1alpha1', 'RbacConfig', 'shop/default', { spec: { mode: 'ON' } }),
    object('rbac.istio.io/v1alpha1', 'RbacConfig', 'shop/other', { spec: { mode: 'ON' } }),
    object('v1', 'Service', 'shop/cart', { spec: { selector: { app: 'cart' }, ports: [{ port: 80, name: 'http' }] } }),
  ],
  target: [
    object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'instances.config.istio.io', {
      metadata: LABELS,
    }),
    deployment('istio-system/istio-pilot', { metadata: LABELS, image: 'docker.io/istio/pilot:1.2.10' }),
    object('v1', 'Service', 'istio-system/istio-pilot', { metadata: LABELS, spec: { ports: [{ port: 15010 }] } }),
    object('config.istio.io/v1alpha2', 'instance', 'istio-system/requestcount', { metadata: LABELS }),
    object('v1', 'ConfigMap', 'istio-system/istio-security-custom-resources', {
      metadata: LABELS,
      data: { 'custom-resources.yaml': POLICY },
    }),
    object('batch/v1', 'Job', 'istio-system/istio-cleanup-secrets-1.2.7', {
      metadata: { ...LABELS, annotations: { 'helm.sh/hook': 'post-delete' } },
    }),
  ],
};

for (const [index, hop] of HOPS.entries()) {
  const name = `${minorText(hop.from)} to ${minorText(hop.to)}`;
  const contexts = [false, true].map((prune) => fullContext(hop, { ...AROUND, prune }));

  test(`${name}: leads one minor version on, from where the hop before it ended`, () => {
    assert.equal(hop.to.major, hop.from.major);
    assert.equal(hop.to.minor, hop.from.minor + 1);
    const before = HOPS[index - 1];
    assert.equal(before === undefined ? 0 : compareMinors(before.to, hop.from), 0);
  });

  test(`${name}: every rule has an id of its own, a phase and documentation`, () => {
    const ids = hop.rules.map(({ id }) => id);
    assert.ok(ids.length > 0);
    assert.deepEqual([...new Set(ids)], ids);
    for (const { id, phase, docs } of hop.rules) {
      assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.ok(PHASES.includes(phase), id);
      assert.match(docs, /^https:\/\//, id);
    }
    assert.match(hop.docs, /^https:\/\//);
  });

  test(`${name}: it has the rules, their problems and the checks of every hop`, () => {
    for (const rule of [crds, manifests, postInstall, leftovers, sidecars])
      assert.ok(hop.rules.includes(rule), rule.id);
    for (const check of CHECKS_OF_EVERY_HOP) assert.ok(hop.checks.includes(check), check.id);
    for (const problem of MESH_WIDE_PROBLEMS) assert.ok(hop.problems.includes(problem), problem.id);
  });

  test(`${name}: the sample makes every rule that every hop has say something`, () => {
    const [kept, pruned] = contexts.map((context) => results(hop, context));
    assert.ok(kept && pruned);
    assert.ok(kept.some(({ skipped = [] }) => skipped.length > 0));
    assert.ok(kept.some(({ leftovers = [] }) => leftovers.length > 0));
    assert.ok(pruned.some(({ wishes = [] }) => wishes.some(({ want }) => want === 'absent')));
    assert.ok(kept.some(({ wishes = [] }) => wishes.some(({ want }) => want === 'installed')));
  });

  test(`${name}: every wish says which rule wants it and where to read more, in the rule's own phase`, () => {
    for (const rule of hop.rules) {
      for (const context of contexts) {
        for (const { because, phase } of rule.apply(context).wishes ?? []) {
          assert.equal(because.rule, rule.id);
          assert.match(because.docs, /^https:\/\//);
          assert.notEqual(because.why, '');
          assert.equal(phase, rule.phase);
        }
      }
    }
  });

  test(`${name}: rules say the same however their input is ordered`, () => {
    for (const prune of [false, true]) {
      const expected = results(hop, fullContext(hop, { ...AROUND, prune })).map(unordered);
      for (let turn = 1; turn < 6; turn += 1) {
        const shuffled = { live: rotated(AROUND.live ?? [], turn), target: rotated(AROUND.target ?? [], turn), prune };
        assert.deepEqual(results(hop, fullContext(hop, shuffled)).map(unordered), expected);
      }
    }
  });

  test(`${name}: rules leave their input as it is`, () => {
    for (const context of contexts) {
      const frozen = deepFrozen(context);
      assert.deepEqual(results(hop, frozen).map(unordered), results(hop, context).map(unordered));
      hop.postInstallObjects(frozen.target);
    }
  });
}

test('no two hops start or end at the same version', () => {
  for (const side of ['from', 'to'] as const) {
    const versions = HOPS.map((hop) => minorText(hop[side]));
    assert.deepEqual([...new Set(versions)], versions);
  }
});

function fullContext(hop: Hop, around: Around): RuleContext {
  const context = contextOf(around);
  return { ...context, postInstall: hop.postInstallObjects(context.target) };
}

function results(hop: Hop, context: RuleContext): readonly RuleResult[] {
  return hop.rules.map((rule) => rule.apply(context));
}

/** The lists of a result, sorted; where a document stands changes with its place in the file. */
function unordered(result: RuleResult): Json {
  const plain: JsonObject = JSON.parse(JSON.stringify(result, (key, value) => (key === 'source' ? undefined : value)));
  return Object.fromEntries(
    Object.entries(plain).map(([key, list]) => [key, (isArray(list) ? list : []).map(canonicalJson).sort()]),
  );
}

function rotated(objects: readonly K8sObject[], by: number): readonly K8sObject[] {
  const start = by % objects.length;
  const turned = [...objects.slice(start), ...objects.slice(0, start)];
  return by % 2 === 0 ? turned : turned.reverse();
}

function deepFrozen<T>(value: T): T {
  if (value instanceof Map) for (const item of value.values()) deepFrozen(item);
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) deepFrozen(item);
  return value;
}
