import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refText } from '../../../src/core/object.ts';
import { whyNotApplied } from '../../../src/hops/every/hooks.ts';
import { manifests } from '../../../src/hops/every/manifests.ts';
import { object } from '../../objects.ts';
import { contextOf, wishText } from '../context.ts';

const hooked = (kind: string, hook: string) =>
  object(kind === 'Job' ? 'batch/v1' : 'v1', kind, `istio-system/${hook.replace(/\W/g, '-')}`, {
    metadata: { annotations: { 'helm.sh/hook': hook, 'helm.sh/hook-weight': '1' } },
  });

test('every object is wanted as it stands, with where it stands; CustomResourceDefinitions have a rule of their own', () => {
  const target = [
    object('v1', 'Service', 'istio-system/istio-pilot', { spec: { ports: [] } }),
    object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'x.example.org'),
  ];
  const { wishes = [], skipped } = manifests.apply(contextOf({ target }));
  assert.deepEqual(wishes.map(wishText), ['installed Service/istio-system/istio-pilot']);
  const [wish] = wishes;
  assert.ok(wish?.want === 'installed');
  assert.equal(wish.object, target[0]);
  assert.equal(wish.source, 'istio.yaml, document 1');
  assert.equal(wish.phase, 'control-plane');
  assert.deepEqual(skipped, []);
});

test('hooks for other moments, and Jobs that are hooks, are left out by name and reason', () => {
  const target = [hooked('Job', 'post-delete'), hooked('ServiceAccount', 'post-delete'), hooked('Job', 'post-install')];
  const { wishes, skipped = [] } = manifests.apply(contextOf({ target }));
  assert.deepEqual(wishes, []);
  assert.deepEqual(
    skipped.map(({ ref, why }) => `${refText(ref)}: ${why}`),
    [
      'Job.batch/istio-system/post-delete: Helm hook for post-delete: applying it would run it now',
      'ServiceAccount/istio-system/post-delete: Helm hook for post-delete: applying it would run it now',
      'Job.batch/istio-system/post-install: Helm hook for post-install: a Job that would run outside this plan',
    ],
  );
});

test('what a hook needs, a plain Job, and an object without annotations are applied', () => {
  const applied = [hooked('ServiceAccount', 'post-install,post-upgrade'), object('batch/v1', 'Job', 'a/b')];
  for (const target of applied) assert.equal(whyNotApplied(target), undefined, target.metadata.name);
});

test('one moment of several is enough, however they are written', () => {
  for (const hook of ['post-install, post-delete', 'pre-rollback', 'test-success', 'pre-delete,pre-upgrade']) {
    assert.match(whyNotApplied(hooked('ConfigMap', hook)) ?? '', /applying it would run it now/, hook);
  }
});
