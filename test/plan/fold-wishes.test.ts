import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { type K8sObject, refOf } from '../../src/core/object.ts';
import type { Wish } from '../../src/core/wish.ts';
import { type Desired, foldWishes, overlay } from '../../src/plan/fold-wishes.ts';
import { deployment, object, reason } from '../objects.ts';

const when = { phase: 'control-plane', stage: 'write' } as const;
const config = (data: JsonObject) => object('v1', 'ConfigMap', 'istio-system/istio', { data });
const installed = (target: K8sObject, source = 'a.yaml, document 1', rule = 'manifests'): Wish => ({
  ...when,
  want: 'installed',
  object: target,
  source,
  because: reason(rule),
});
const fields = (target: K8sObject, remove?: JsonObject, rule = 'migration'): Wish => ({
  ...when,
  want: 'fields',
  object: target,
  because: reason(rule),
  ...(remove === undefined ? {} : { remove }),
});
const absent = (target: K8sObject): Wish => ({
  ...when,
  want: 'absent',
  ref: refOf(target),
  apiVersion: target.apiVersion,
  stage: 'clean-up',
  because: reason('leftovers'),
});

function one(...wishes: readonly Wish[]): Desired {
  const { desired } = foldWishes(wishes);
  const [first] = desired;
  assert.equal(desired.length, 1);
  assert.ok(first);
  return first;
}

test('wishes for different objects stay apart, in the order of first mention', () => {
  const { desired, problems } = foldWishes([
    installed(object('v1', 'Service', 'a/b')),
    installed(object('v1', 'ConfigMap', 'a/b')),
    fields(object('v1', 'Service', 'a/b', { metadata: { labels: { x: 'y' } } })),
  ]);
  assert.deepEqual(
    desired.map(({ ref }) => ref.kind),
    ['Service', 'ConfigMap'],
  );
  assert.deepEqual(problems, []);
});

test('versions of one kind are one object', () => {
  const { ref, apiVersion, set } = one(
    installed(object('networking.k8s.io/v1', 'Ingress', 'a/b')),
    fields(object('networking.k8s.io/v1beta1', 'Ingress', 'a/b', { spec: { ingressClassName: 'x' } })),
  );
  assert.equal(ref.group, 'networking.k8s.io');
  assert.equal(apiVersion, 'networking.k8s.io/v1', "the release's version counts");
  assert.deepEqual(set?.spec, { ingressClassName: 'x' });
});

test('an installed object and single fields of it are one wish with every reason, and both parts', () => {
  const { installed: whole, set, because, isAbsent } = one(installed(config({ a: '1' })), fields(config({ b: '2' })));
  assert.deepEqual(whole?.data, { a: '1' });
  assert.deepEqual(set?.data, { b: '2' });
  assert.deepEqual(
    because.map(({ rule }) => rule),
    ['manifests', 'migration'],
  );
  assert.equal(isAbsent, false);
});

test('single fields of several rules add up, and so do removals', () => {
  const { set, remove } = one(
    fields(config({ a: '1' }), { 'f:data': { 'f:old': {} } }),
    fields(config({ b: '2' }), { 'f:data': { 'f:older': {} } }, 'other'),
  );
  assert.deepEqual(set?.data, { a: '1', b: '2' });
  assert.deepEqual(remove, { 'f:data': { 'f:old': {}, 'f:older': {} } });
});

test('a removal of a whole field is not lost to another one inside of it', () => {
  const { remove } = one(
    fields(config({}), { 'f:data': {} }),
    fields(config({}), { 'f:data': { 'f:old': {} } }, 'other'),
  );
  assert.deepEqual(remove, { 'f:data': { '.': {}, 'f:old': {} } });
});

test('single fields in different items of a keyed list add up', () => {
  const containers = (...items: readonly JsonObject[]) =>
    object('apps/v1', 'Deployment', 'a/b', { spec: { template: { spec: { containers: items } } } });
  const { set } = one(
    fields(containers({ name: 'one', image: 'x' })),
    fields(containers({ name: 'two', image: 'y' }), undefined, 'other'),
  );
  assert.deepEqual(set?.spec, {
    template: {
      spec: {
        containers: [
          { name: 'one', image: 'x' },
          { name: 'two', image: 'y' },
        ],
      },
    },
  });
});

test('a list of a custom resource is one value: the later wish for it counts', () => {
  const rule = (subsets: readonly string[]) =>
    object('networking.istio.io/v1alpha3', 'DestinationRule', 'a/b', { spec: { subsets } });
  assert.deepEqual(one(fields(rule(['a'])), fields(rule(['b']))).set?.spec, { subsets: ['b'] });
});

test('the same reason twice is one', () => {
  assert.equal(one(fields(config({ a: '1' })), fields(config({ b: '1' }))).because.length, 1);
});

test('the latest phase and stage of the wishes count', () => {
  const { phase, stage } = one(
    { ...fields(config({ a: '1' })), phase: 'control-plane', stage: 'write' },
    { ...fields(config({ b: '1' })), phase: 'config', stage: 'after-rollout' },
  );
  assert.equal(phase, 'control-plane');
  assert.equal(stage, 'after-rollout');
});

test('notes are told once, and everything that any of the wishes requires is required', () => {
  const other = object('v1', 'ConfigMap', 'istio-system/other');
  const [desired] = foldWishes([
    { ...fields(object('v1', 'ConfigMap', 'istio-system/a')), notes: ['one', 'two'], requires: [other] },
    { ...fields(object('v1', 'ConfigMap', 'istio-system/a')), notes: ['two', 'three'] },
  ]).desired;
  assert.deepEqual([desired?.notes, desired?.requires], [['one', 'two', 'three'], [other]]);
});

test('of two documents for one object the last is taken, and it is said when they differ', () => {
  const wishes = [installed(config({ a: '1' }), 'a.yaml, document 1'), installed(config({ a: '2' }), 'b.yaml')];
  assert.deepEqual(one(...wishes).installed?.data, { a: '2' });
  const [problem, ...others] = foldWishes(wishes).problems;
  assert.deepEqual(others, []);
  assert.equal(problem?.severity, 'warning');
  assert.match(
    problem?.message ?? '',
    /ConfigMap\/istio-system\/istio more than once, differently: a\.yaml, document 1$/,
  );
  assert.match(problem?.hint ?? '', /b\.yaml/);
});

test('the same document twice is no problem', () => {
  assert.deepEqual(foldWishes([installed(config({ a: '1' })), installed(config({ a: '1' }), 'b.yaml')]).problems, []);
});

test('what one rule wants and another does not blocks, with the names of both', () => {
  const { problems } = foldWishes([installed(config({})), absent(config({}))]);
  assert.deepEqual(
    problems.map(({ id, severity }) => [id, severity]),
    [['contradiction', 'blocker']],
  );
  assert.match(problems[0]?.message ?? '', /by manifests, leftovers$/);
  assert.deepEqual(foldWishes([absent(config({})), absent(config({}))]).problems, []);
});

test('laying one object over another keeps the identity below, and changes neither', () => {
  const below = deployment('a/b', { metadata: { labels: { x: '1' } } });
  const above = object('apps/v1', 'Deployment', 'a/other', { metadata: { labels: { y: '2' } }, spec: { replicas: 2 } });
  const before = structuredClone({ below, above });
  const whole = overlay(below, above);
  assert.equal(whole.metadata.name, 'b');
  assert.deepEqual(whole.metadata.labels, { x: '1', y: '2' });
  assert.deepEqual(whole.spec, { ...structuredClone(objectOf(below)), replicas: 2 });
  assert.deepEqual({ below, above }, before);
});

function objectOf({ spec }: K8sObject): object {
  assert.ok(typeof spec === 'object' && spec !== null);
  return spec;
}
