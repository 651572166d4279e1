import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ConnectionArguments } from '../../cmd/flags/connection-flags.ts';
import { helmConnection } from '../../cmd/request/helm-connection.ts';
import { stateDirectory } from '../../cmd/runs/state-directory.ts';
import { record } from '../app/helm-mesh.ts';
import { deployment, object } from '../objects.ts';
import { ROOT, run } from './run.ts';

let folder = '';
before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

function snapshotWith(...items: readonly object[]): string {
  const file = join(folder, 'mesh.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return file;
}
const PILOT = deployment('istio-system/istio-pilot', { metadata: { labels: { release: 'istio' } } });

test("Helm's way wants the release itself, and a cluster", async () => {
  const target = ['-f', 'test/demo/istio-1.2', '--strategy', 'helm'];
  const rendered = await run(['plan', ...target]);
  assert.equal(rendered.exit, 2);
  assert.match(
    rendered.err,
    /--strategy helm: the target comes as rendered manifests, not as a chart\nhint: {2}name the release itself/,
  );
  const snapshot = await run(['plan', ...target, '--snapshot', 'test/demo/mesh-1.1.yaml']);
  assert.equal(snapshot.exit, 2);
  assert.match(snapshot.err, /a snapshot has no API server for Helm to talk to/);
});

test("a release of Helm's is not upgraded past Helm unasked", async () => {
  const mesh = snapshotWith(PILOT, record(), object('v1', 'Namespace', 'istio-system'));
  const { exit, out } = await run(['plan', '-f', 'test/demo/istio-1.2', '--snapshot', mesh]);
  assert.equal(exit, 3);
  assert.match(out, /blocker: the control plane belongs to Helm's release istio .* Helm's way is not open/);
  assert.match(
    out,
    /hint: plan against the cluster; or kubectl's way, with the release given up: --strategy kubectl --ignore installed-by-helm3/,
  );
});

const NONE: ConnectionArguments = {
  kubeconfig: undefined,
  context: undefined,
  cluster: undefined,
  user: undefined,
  namespace: undefined,
  server: undefined,
  token: undefined,
  'client-certificate': undefined,
  'client-key': undefined,
  'certificate-authority': undefined,
  'insecure-skip-tls-verify': undefined,
  'tls-server-name': undefined,
  as: undefined,
  'as-uid': undefined,
  'as-group': undefined,
  'as-user-extra': undefined,
  'request-timeout': 30_000,
  'cache-dir': undefined,
  concurrency: 8,
  v: 0,
};

test("connection flags are said in Helm's words, and what it has no word for is named", () => {
  assert.deepEqual(helmConnection(NONE), { flags: [], unknown: [] });
  const flags = { kubeconfig: 'file', context: 'test', 'insecure-skip-tls-verify': true, 'as-group': ['a', 'b'] };
  const known =
    '--kubeconfig file --kube-context test --kube-insecure-skip-tls-verify --kube-as-group a --kube-as-group b';
  assert.deepEqual(helmConnection({ ...NONE, ...flags }), { flags: known.split(' '), unknown: [] });
  assert.deepEqual(helmConnection({ ...NONE, cluster: 'a', 'as-uid': 'b' }).unknown, ['--cluster', '--as-uid']);
});

test('state is kept where the system has it kept', () => {
  assert.equal(stateDirectory(undefined, { env: { HOME: '/home/a' } }), '/home/a/.local/state/istio-upgrade');
  assert.equal(
    stateDirectory(undefined, { env: { HOME: '/home/a', XDG_STATE_HOME: '/state' } }),
    '/state/istio-upgrade',
  );
  assert.equal(stateDirectory('/own', { env: {} }), '/own');
});
