import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JsonObject, sameJson, withoutKey } from '../../src/core/json.ts';
import { LAST_APPLIED } from '../../src/core/last-applied.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { kubectlApplied, manifestToApply, manifestToCreate } from '../../src/plan/kubectl-apply.ts';
import { lastAppliedText } from '../../src/plan/last-applied.ts';
import { deployment, object } from '../objects.ts';

const config = (data: JsonObject) => object('v1', 'ConfigMap', 'istio-system/istio', { data });
const handler = (spec: JsonObject) => object('config.istio.io/v1alpha2', 'handler', 'istio-system/env', { spec });

/** An object whose record says that this manifest was applied. */
function applied(target: K8sObject, manifest: K8sObject = target): K8sObject {
  const annotations = { [LAST_APPLIED]: lastAppliedText(manifest) };
  return { ...target, metadata: { ...target.metadata, annotations } };
}

/** The same contents, whatever the metadata. */
function same(a: K8sObject, b: K8sObject): boolean {
  return sameJson(withoutKey(a, 'metadata'), withoutKey(b, 'metadata'));
}

const toApply = (before: K8sObject, after: K8sObject) => manifestToApply(before, after, same)?.data;

test('kubectl apply removes what its record holds and the manifest does not, and leaves all else', () => {
  const live = applied(config({ mesh: 'old', gone: 'x', added: 'by hand' }), config({ mesh: 'old', gone: 'x' }));
  assert.deepEqual(kubectlApplied(live, config({ mesh: 'new' })).data, { mesh: 'new', added: 'by hand' });
});

test('without a record it removes nothing', () => {
  assert.deepEqual(kubectlApplied(config({ gone: 'x' }), config({ mesh: 'new' })).data, { mesh: 'new', gone: 'x' });
});

test('a map that the manifest has not at all goes whole, with what others set inside', () => {
  const spec = (rest: JsonObject) => handler({ compiledAdapter: 'prometheus', ...rest });
  const live = applied(spec({ params: { a: 1, theirs: 2 } }), spec({ params: { a: 1 } }));
  assert.deepEqual(kubectlApplied(live, spec({})).spec, { compiledAdapter: 'prometheus' });
});

test('a null goes into the merge patch as a deletion, unless the record holds it already', () => {
  const manifest = handler({ params: null });
  assert.deepEqual(kubectlApplied(handler({ params: null }), manifest).spec, undefined);
  assert.deepEqual(kubectlApplied(applied(manifest), manifest).spec, { params: null });
});

test('the manifest of the record is what to apply where that gives the whole result', () => {
  const before = applied(config({ mesh: 'old', gone: 'x' }));
  assert.deepEqual(toApply(before, applied(config({ mesh: 'new' }))), { mesh: 'new' });
});

test('it is not where a field has to go that the record does not hold', () => {
  const before = applied(config({ mesh: 'old', gone: 'x' }), config({ mesh: 'old' }));
  assert.equal(toApply(before, applied(config({ mesh: 'new' }))), undefined);
  const unrecorded = config({ mesh: 'old', gone: 'x' });
  assert.equal(toApply(unrecorded, applied(config({ mesh: 'new' }))), undefined);
});

test('it is not where a map that server-side apply replaces whole would be merged', () => {
  const budget = (matchLabels: JsonObject) =>
    object('policy/v1beta1', 'PodDisruptionBudget', 'istio-system/pilot', { spec: { selector: { matchLabels } } });
  const before = applied(budget({ istio: 'pilot', added: 'by hand' }), budget({ istio: 'pilot' }));
  assert.equal(manifestToApply(before, applied(budget({ istio: 'pilot' })), same), undefined);
});

test('it is not where the object shall be otherwise than the manifest says: a scale that is kept', () => {
  const at = (replicas: number, image: string) => deployment('istio-system/pilot', { replicas, image });
  const before = applied(at(3, 'pilot:1.1.17'), at(1, 'pilot:1.1.17'));
  const after = applied(at(3, 'pilot:1.2.10'), at(1, 'pilot:1.2.10'));
  assert.equal(manifestToApply(before, after, same), undefined);
  assert.ok(manifestToApply(applied(at(1, 'pilot:1.1.17')), applied(at(1, 'pilot:1.2.10')), same));
});

test('without a record of what it shall hold there is no manifest', () => {
  assert.equal(toApply(config({ mesh: 'old' }), config({ mesh: 'new' })), undefined);
  assert.equal(manifestToCreate(config({ mesh: 'new' }), same), undefined);
});

test('a new object is created by its manifest, unless more than that was wished', () => {
  const manifest = config({ mesh: 'new' });
  assert.deepEqual(manifestToCreate(applied(manifest), same)?.data, { mesh: 'new' });
  assert.equal(manifestToCreate(applied(config({ mesh: 'new', more: 'x' }), manifest), same), undefined);
});
