import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { K8sObject } from '../../../src/core/object.ts';
import { postInstall, postInstallObjects } from '../../../src/hops/every/post-install.ts';
import { withLastApplied } from '../../../src/plan/last-applied.ts';
import { object } from '../../objects.ts';
import { contextOf, targetOf, wishText } from '../context.ts';

const POLICY = `
apiVersion: authentication.istio.io/v1alpha1
kind: MeshPolicy
metadata:
  name: default
spec:
  peers:
  - mtls: {}
`;
const RULE = `
apiVersion: networking.istio.io/v1alpha3
kind: DestinationRule
metadata:
  name: default
  namespace: istio-system
spec:
  host: "*.local"
`;
const configMap = (text: string, name = 'istio-security-custom-resources') =>
  object('v1', 'ConfigMap', `istio-system/${name}`, {
    data: { 'custom-resources.yaml': text, 'run.sh': 'kubectl apply' },
  });
const problemsOf = (text: string) => postInstall.apply(contextOf({ target: [configMap(text)] })).problems ?? [];

test('the objects inside the ConfigMaps of post-install Jobs are found, with where they stand', () => {
  const grafana = configMap(RULE, 'istio-grafana-custom-resources');
  const target = { objects: targetOf([configMap(`${POLICY}---${RULE}---\n`), grafana, configMap(RULE, 'another')]) };
  assert.deepEqual(
    postInstallObjects(target).map(({ object: { kind, spec }, source }) => [kind, spec, source]),
    [
      ['MeshPolicy', { peers: [{ mtls: {} }] }, 'istio.yaml, document 1, custom-resources.yaml'],
      ['DestinationRule', { host: '*.local' }, 'istio.yaml, document 1, custom-resources.yaml'],
      ['DestinationRule', { host: '*.local' }, 'istio.yaml, document 2, custom-resources.yaml'],
    ],
  );
});

test('they are labelled by the Helm that labelled their ConfigMap: what is in a text says who rendered it last', () => {
  const labels = 'labels: {app: security, heritage: Helm}';
  const text = `apiVersion: v1\nkind: A\nmetadata: {name: a, ${labels}}\n---\napiVersion: v1\nkind: B\nmetadata: {name: b}\n`;
  const carrying = configMap(text);
  const heritage = { ...carrying, metadata: { ...carrying.metadata, labels: { heritage: 'Tiller' } } };
  const labelled = (one: typeof carrying) =>
    postInstallObjects({ objects: targetOf([one]) }).map(({ object: { metadata } }) => metadata.labels);
  assert.deepEqual(labelled(heritage), [{ app: 'security', heritage: 'Tiller' }, undefined]);
  assert.deepEqual(labelled(carrying), [{ app: 'security', heritage: 'Helm' }, undefined]);
});

test('a target without such ConfigMaps, or with empty ones, has none', () => {
  assert.deepEqual(postInstallObjects({ objects: [] }), []);
  assert.deepEqual(postInstallObjects({ objects: targetOf([configMap(''), configMap('# nothing\n')]) }), []);
  assert.deepEqual(postInstallObjects({ objects: targetOf([object('v1', 'ConfigMap', 'istio-system/x')]) }), []);
});

test('they are wanted once the control plane is rolled out', () => {
  const mesh = object('authentication.istio.io/v1alpha1', 'MeshPolicy', 'default');
  const { wishes = [] } = postInstall.apply(contextOf({ postInstall: [mesh] }));
  assert.deepEqual(wishes.map(wishText), ['installed MeshPolicy.authentication.istio.io/default']);
  assert.deepEqual(
    wishes.map(({ phase, stage }) => [phase, stage]),
    [['control-plane', 'after-rollout']],
  );
});

test('a document that cannot be read, or is no object, blocks with where it stands', () => {
  for (const text of [`${POLICY}---\n{ broken`, `${POLICY}---\njust text\n`, `${POLICY}---\nkind: MeshPolicy\n`]) {
    const problems = problemsOf(text);
    assert.deepEqual(
      problems.map(({ id, severity }) => [id, severity]),
      [['post-install-unreadable', 'blocker']],
      text,
    );
    assert.match(
      problems[0]?.message ?? '',
      /^istio\.yaml, document 1: a document in custom-resources\.yaml cannot be read: /,
    );
  }
  assert.deepEqual(problemsOf(`${POLICY}---\n---${RULE}`), []);
});

const RELEASED = { metadata: { labels: { release: 'istio' } } };
const meshPolicy = (mode: string) =>
  object('authentication.istio.io/v1alpha1', 'MeshPolicy', 'default', {
    ...RELEASED,
    spec: { peers: [{ mtls: { mode } }] },
  });
const recorded = (live: K8sObject, manifest: K8sObject) => withLastApplied(live, manifest);

/** What the rule says when the release would make the mesh strict. */
function decided(live: K8sObject, isTaken = false) {
  const context = contextOf({ postInstall: [meshPolicy('STRICT')], live: [live], isTaken: () => isTaken });
  const { wishes = [], problems = [] } = postInstall.apply(context);
  return { wishes: wishes.map(wishText), problems };
}

test('a mesh-wide setting that the release itself changes is said, an equal one is not', () => {
  assert.deepEqual(decided(meshPolicy('STRICT')).problems, []);
  const live = recorded(meshPolicy('PERMISSIVE'), meshPolicy('PERMISSIVE'));
  const { wishes, problems } = decided(live);
  assert.deepEqual(wishes, ['installed MeshPolicy.authentication.istio.io/default']);
  assert.match(problems[0]?.message ?? '', /MeshPolicy\S+\/default.*changes from .*PERMISSIVE.* to .*STRICT/);
});

test('what somebody decided for the whole mesh stays, and is said, until it is taken', () => {
  const edited = recorded(meshPolicy('PERMISSIVE'), meshPolicy('STRICT'));
  const own = object('authentication.istio.io/v1alpha1', 'MeshPolicy', 'default', { spec: { peers: [] } });
  for (const live of [edited, own, recorded(own, own), meshPolicy('PERMISSIVE')]) {
    const { wishes, problems } = decided(live);
    assert.deepEqual(wishes, []);
    assert.deepEqual(
      problems.map(({ id, severity }) => [id, severity]),
      [['mesh-wide-kept', 'warning']],
    );
    assert.match(problems[0]?.hint ?? '', /--take MeshPolicy\.authentication\.istio\.io\/default:spec/);
    assert.equal(decided(live, true).wishes.length, 1);
  }
});
