import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JsonObject, valueAt } from '../../src/core/json.ts';
import { type K8sObject, labelsOf } from '../../src/core/object.ts';
import type { FieldSet } from '../../src/fields/field-set.ts';
import { settleConflicts } from '../../src/plan/conflicts.ts';
import { deployment, object } from '../objects.ts';

const IMAGE = 'spec.template.spec.containers[name="discovery"].image';
const inContainer = (fields: JsonObject): FieldSet => ({
  'f:spec': {
    'f:template': { 'f:spec': { 'f:containers': { '.': {}, 'k:{"name":"discovery"}': { '.': {}, ...fields } } } },
  },
});
const settle = (
  body: K8sObject,
  live: K8sObject,
  others: Readonly<Record<string, FieldSet>>,
  isTaken: (path: string) => boolean = () => false,
) => settleConflicts(body, live, { others: new Map(Object.entries(others)), isTaken });
const imageOf = (target: K8sObject) => valueAt(target, 'spec', 'template', 'spec', 'containers', 0, 'image');

const live = deployment('a/pilot', { image: 'registry.example.org/pilot:1.1.17' });
const wanted = deployment('a/pilot', { image: 'docker.io/istio/pilot:1.2.10' });
const team = { 'platform-team': inContainer({ 'f:image': {} }) };

test('a value that somebody else owns and the manifest sets otherwise is left out, and said with its owner', () => {
  const { body, conflicts, taken } = settle(wanted, live, team);
  assert.equal(imageOf(body), undefined);
  assert.deepEqual(conflicts, [{ owner: 'platform-team', path: IMAGE, taken: false }]);
  assert.deepEqual(taken, {});
});

test('a conflict that is taken stays in the body, and its field is what is taken', () => {
  const { body, conflicts, taken } = settle(wanted, live, team, (path) => path === IMAGE);
  assert.equal(imageOf(body), 'docker.io/istio/pilot:1.2.10');
  assert.deepEqual(
    conflicts.map((conflict) => conflict.taken),
    [true],
  );
  assert.deepEqual(taken, {
    'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"discovery"}': { 'f:image': {} } } } } },
  });
});

test('a field that both set alike is no conflict', () => {
  const { body, conflicts } = settle(live, live, team);
  assert.deepEqual(conflicts, []);
  assert.deepEqual(body, live);
});

test('what the manifest does not mention is nobody’s conflict', () => {
  const others = { hpa: { 'f:spec': { 'f:replicas': {}, 'f:paused': {} } } };
  assert.deepEqual(settle(wanted, deployment('a/pilot', { replicas: 3 }), others).conflicts, []);
});

test('one field with two owners is a conflict with both', () => {
  const { conflicts } = settle(wanted, live, { ...team, keel: inContainer({ 'f:image': {} }) });
  assert.deepEqual(
    conflicts.map(({ owner }) => owner),
    ['platform-team', 'keel'],
  );
});

test('whoever added the first item of a keyed list owns that item and not the list', () => {
  const env = (...names: readonly string[]) =>
    object('apps/v1', 'Deployment', 'a/pilot', {
      spec: {
        template: { spec: { containers: [{ name: 'discovery', env: names.map((name) => ({ name, value: name })) }] } },
      },
    });
  const others = {
    debugger: inContainer({ 'f:env': { '.': {}, 'k:{"name":"THEIRS"}': { '.': {}, 'f:name': {}, 'f:value': {} } } }),
  };
  const { body, conflicts } = settle(env('OURS'), env('THEIRS'), others);
  assert.deepEqual(conflicts, []);
  assert.deepEqual(body, env('OURS'));
});

test('a map that is one value to the server conflicts as a whole', () => {
  const selected = (app: string) => deployment('a/pilot', { selector: { app } });
  const others = { somebody: { 'f:spec': { 'f:selector': {} } } };
  const { conflicts, body } = settle(selected('new'), selected('old'), others);
  assert.deepEqual(
    conflicts.map(({ path }) => path),
    ['spec.selector'],
  );
  assert.equal(valueAt(body, 'spec', 'selector'), undefined);
});

test('a list of a custom resource is one value; its maps are not', () => {
  const rule = (subsets: readonly string[], labels: Readonly<Record<string, string>> = {}) =>
    object('networking.istio.io/v1alpha3', 'DestinationRule', 'a/b', { metadata: { labels }, spec: { subsets } });
  const others = {
    argocd: { 'f:metadata': { 'f:labels': { '.': {}, 'f:team': {} } }, 'f:spec': { '.': {}, 'f:subsets': {} } },
  };
  const { conflicts, body } = settle(rule(['v2'], { ours: 'x' }), rule(['v1'], { team: 'y' }), others);
  assert.deepEqual(conflicts, [{ owner: 'argocd', path: 'spec.subsets', taken: false }]);
  assert.deepEqual(labelsOf(body), { ours: 'x' });
});

test('an empty map asks for nothing that somebody’s content would dispute', () => {
  const volume = (source: JsonObject) =>
    object('networking.istio.io/v1alpha3', 'Sidecar', 'a/b', { spec: { outbound: source } });
  const others = { somebody: { 'f:spec': { 'f:outbound': { '.': {}, 'f:mode': {} } } } };
  assert.deepEqual(settle(volume({}), volume({ mode: 'ANY' }), others).conflicts, []);
});
