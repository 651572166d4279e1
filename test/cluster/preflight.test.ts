import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { K8sObject } from '../../src/core/object.ts';
import { type Ran, run } from '../cli/run.ts';
import { istioTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import type { SavedState } from './harness/etcd.ts';
import { standInKubelet } from './harness/kubelet.ts';
import { rolledOut } from './harness/rollout.ts';
import { ISTIO_SYSTEM, seedIstio11 } from './harness/seed.ts';
import { release12 } from './istio-1.2.ts';

// As Helm stores it: JSON, compressed, in base64; and Kubernetes' own base64 around a Secret's.
const RECORD = { name: 'istio', namespace: ISTIO_SYSTEM, version: 1, info: { status: 'deployed' }, manifest: '' };
const STORED = gzipSync(JSON.stringify(RECORD)).toString('base64');
const HELM_3: K8sObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'helm.sh/release.v1',
  metadata: {
    namespace: ISTIO_SYSTEM,
    name: 'sh.helm.release.v1.istio.v1',
    labels: { name: 'istio', owner: 'helm', status: 'deployed', version: '1', modifiedAt: '1570000000' },
  },
  data: { release: Buffer.from(STORED).toString('base64') },
};
const TILLER: K8sObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    namespace: 'kube-system',
    name: 'istio.v1',
    labels: { NAME: 'istio', OWNER: 'TILLER', STATUS: 'DEPLOYED', VERSION: '1', MODIFIED_AT: '1570000000' },
  },
  data: { release: STORED },
};
const GUARD: K8sObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'guard' },
  webhooks: [
    {
      name: 'guard.example.com',
      clientConfig: { service: { namespace: 'guard', name: 'guard', path: '/' }, caBundle: '' },
      rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] }],
      failurePolicy: 'Fail',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    },
  ],
};

istioTests('what is known before anything is touched', () => {
  let cluster: TestCluster;
  let seeded: SavedState;
  let flags: readonly string[];
  let env: Record<string, string>;
  before(async () => {
    cluster = await startControlPlane();
    await standInKubelet(cluster);
    await seedIstio11(cluster, { manifests: 'control-plane.yaml' });
    seeded = await cluster.saveState();
    flags = release12('control-plane.yaml').flags;
    env = { KUBECONFIG: cluster.kubeconfig() };
  });
  beforeEach(async () => {
    await cluster.restoreState(seeded);
    await rolledOut(cluster, ISTIO_SYSTEM);
  });
  after(() => cluster?.stop());

  const check = (...more: readonly string[]) => run(['check', ...flags, ...more], { env });
  const blockersIn = ({ out }: Ran) => out.split('\n').filter((line) => line.startsWith('blocker: '));

  /** check, plan and apply alike: one line, exit code 3, and nothing is written; unless it is ignored. */
  async function assertBlocked(line: RegExp, id: string): Promise<void> {
    const before = await fingerprint();
    for (const command of ['check', 'plan', 'apply']) {
      const yes = command === 'apply' ? ['--yes'] : [];
      const quiet = command === 'check' ? [] : ['--quiet'];
      const ran = await run([command, ...flags, ...yes, ...quiet], { env });
      assert.equal(ran.exit, 3, `${command}: ${ran.out}${ran.err}`);
      assert.deepEqual([blockersIn(ran).length, line.test(blockersIn(ran).join('\n'))], [1, true], ran.out);
    }
    assert.deepEqual(await fingerprint(), before, 'nothing was written');
    const ignoring = await check('--ignore', id);
    assert.equal(ignoring.exit, 0, ignoring.out);
    assert.match(ignoring.out, new RegExp(`^warning: ignored: .*\\[${id}\\]$`, 'm'));
  }

  async function fingerprint(): Promise<string> {
    const kinds = ['Deployment', 'ReplicaSet'].map((kind) => cluster.list('apps/v1', kind, ISTIO_SYSTEM));
    const [deployments, sets] = await Promise.all(kinds);
    return JSON.stringify([deployments, sets].flat().map((one) => [one?.metadata.name, one?.metadata.generation]));
  }

  test('the mesh as it was installed is not in the way', async () => {
    const { exit, out } = await check();
    assert.equal(exit, 0, out);
    assert.match(out, /^check: 0 blocking, /m);
  });

  test('two replicas of Citadel', async () => {
    await cluster.kubectl(['-n', ISTIO_SYSTEM, 'scale', 'deployment', 'istio-citadel', '--replicas=2']);
    await rolledOut(cluster, ISTIO_SYSTEM);
    await assertBlocked(/Deployment\.apps\/istio-system\/istio-citadel.*\[several-citadels\]/, 'several-citadels');
  });

  test('a webhook that nobody answers', async () => {
    await cluster.create(GUARD);
    await assertBlocked(
      /^blocker: ValidatingWebhookConfiguration\.admissionregistration\.k8s\.io\/guard: Service\/guard\/guard does not exist .*\[webhook-without-endpoints\]$/,
      'webhook-without-endpoints',
    );
  });

  test('a release of Helm 3', async () => {
    await cluster.create(HELM_3);
    await assertBlocked(
      /Secret\/istio-system\/sh\.helm\.release\.v1\.istio\.v1: Helm keeps release "istio".*\[installed-by-helm3\]/,
      'installed-by-helm3',
    );
  });

  test('a release of Helm 2 with Tiller', async () => {
    await cluster.create(TILLER);
    await assertBlocked(
      /ConfigMap\/kube-system\/istio\.v1: Helm 2's Tiller keeps release "istio".*\[installed-by-helm2\]/,
      'installed-by-helm2',
    );
  });

  test('a target that skips a minor version', async () => {
    const file = join(cluster.directory, 'istio-1.3.yaml');
    writeFileSync(file, readFileSync(flags.at(-1) ?? '', 'utf8').replaceAll(':1.2.0', ':1.3.0'));
    for (const command of ['check', 'plan', 'apply']) {
      const { exit, out, err } = await run([command, '-f', file], { env });
      assert.deepEqual([exit, out], [3, '']);
      assert.match(
        err,
        /^error: no path from Istio 1\.1\.17 to 1\.3\.0\nhint: {2}upgrade one minor version at a time: .*\n$/,
      );
    }
  });

  test('a right that is missing is told once a kind, planning goes on in memory, and applying is blocked', async () => {
    const everything = { apiGroups: ['*'], resources: ['*'] };
    await cluster.grant('alice', [
      { ...everything, verbs: ['get', 'list'] },
      { ...everything, verbs: ['create', 'patch', 'update', 'delete', 'escalate', 'bind'], apiGroups: OTHERS },
    ]);
    const alice = { KUBECONFIG: cluster.kubeconfig('alice') };
    const planned = await run(['plan', ...flags, '--quiet'], { env: alice });
    assert.equal(planned.exit, 0, planned.out);
    const told = planned.out.split('\n').filter((line) => line.includes('[may-not-write]'));
    assert.deepEqual(told.length, 1, planned.out);
    assert.match(told[0] ?? '', /^warning: .*Deployment\.apps in istio-system.*$/);
    assert.match(planned.out, /Deployment\.apps\/istio-system\/istio-pilot .*predicted in memory/);
    assert.doesNotMatch(planned.out, /Service\/istio-system\/istio-pilot .*predicted in memory/);
    const applied = await run(['apply', ...flags, '--yes', '--quiet'], { env: alice });
    assert.equal(applied.exit, 3);
    assert.match(applied.out, /^blocker: .*Deployment\.apps in istio-system.*\[may-not-write\]$/m);
  });
});

/** All groups but `apps`. */
const OTHERS = [
  '',
  'policy',
  'autoscaling',
  'batch',
  'rbac.authorization.k8s.io',
  'apiextensions.k8s.io',
  'admissionregistration.k8s.io',
  'networking.k8s.io',
  'config.istio.io',
  'networking.istio.io',
  'authentication.istio.io',
  'rbac.istio.io',
];
