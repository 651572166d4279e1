import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postInstall, postInstallObjects } from '../../../src/hops/1.1-to-1.2/rules/post-install.ts';
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

test('a mesh-wide setting that differs from the live one is said, an equal one is not', () => {
  const [wished] = postInstallObjects({ objects: targetOf([configMap(POLICY)]) });
  assert.ok(wished);
  const around = (live: object) => contextOf({ postInstall: [wished.object], live: [{ ...wished.object, ...live }] });
  const messages = (live: object) => (postInstall.apply(around(live)).problems ?? []).map(({ message }) => message);
  assert.deepEqual(messages({}), []);
  const [message] = messages({ spec: { peers: [{ mtls: { mode: 'PERMISSIVE' } }] } });
  assert.match(
    message ?? '',
    /MeshPolicy\.authentication\.istio\.io\/default.*changes from .*PERMISSIVE.* to .*"mtls":\{\}/,
  );
});
