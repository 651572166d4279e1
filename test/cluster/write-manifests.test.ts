import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { valueAt } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { run } from '../cli/run.ts';
import { istioTests, programPath } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { watchEndpoints } from './harness/endpoints.ts';
import type { SavedState } from './harness/etcd.ts';
import { standInKubelet } from './harness/kubelet.ts';
import { rolledOut } from './harness/rollout.ts';
import { ISTIO_SYSTEM, type SeedVariant, seedIstio11 } from './harness/seed.ts';
import { release12 } from './istio-1.2.ts';

const VARIANTS: readonly SeedVariant[] = ['kubectl-apply', 'create'];
const RBAC: K8sObject = {
  apiVersion: 'rbac.istio.io/v1alpha1',
  kind: 'RbacConfig',
  metadata: { namespace: ISTIO_SYSTEM, name: 'default' },
  spec: { mode: 'ON_WITH_INCLUSION', inclusion: { namespaces: ['shop'] } },
};

istioTests('a plan that is written as files', () => {
  let cluster: TestCluster;
  let empty: SavedState;
  before(async () => {
    cluster = await startControlPlane();
    await standInKubelet(cluster);
    empty = await cluster.saveState();
  });
  after(() => cluster?.stop());

  for (const variant of VARIANTS)
    test(`installed by ${variant}: the commands of its README, as they stand, bring the mesh to where plan has nothing to do`, async () => {
      await cluster.restoreState(empty);
      await seedIstio11(cluster, { manifests: 'control-plane.yaml', variant });
      await cluster.create(RBAC);
      await scalePilot(cluster);
      const flags = release12('control-plane.yaml').flags;
      const env = { KUBECONFIG: cluster.kubeconfig() };
      const directory = path.join(cluster.directory, `manifests-${variant}`);
      const planned = await run(['plan', ...flags, '--quiet', '--write-manifests', directory], { env });
      assert.equal(planned.exit, 0, planned.out + planned.err);

      const commands = commandsIn(readFileSync(path.join(directory, 'README.md'), 'utf8'));
      for (const kind of ['apply -f 1-crds/', 'apply -f 2-config/', 'replace -f 3-', 'delete .* --cascade=orphan$'])
        assert.ok(
          commands.some((command) => new RegExp(`^kubectl ${kind}`).test(command)),
          kind,
        );
      const endpoints = await watchEndpoints(cluster, ISTIO_SYSTEM);
      for (const command of commands) await shell(command, directory, cluster);
      assert.deepEqual(await endpoints.stop(), [], 'no Service lost its endpoints');

      assert.equal(await cluster.get(RBAC), undefined, 'carried over');
      const pilot = await cluster.get(PILOT);
      assert.equal(valueAt(pilot, 'spec', 'replicas'), 3, 'the scale is kept');
      const again = await run(['plan', ...flags], { env });
      assert.match(again.out, /^nothing to do: \d+ objects are as they should be/m);
    });
});

const PILOT = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: ISTIO_SYSTEM, name: 'istio-pilot' } };

async function scalePilot(cluster: TestCluster): Promise<void> {
  const { code, stderr } = await cluster.kubectl(
    'scale deployment istio-pilot --replicas=3 -n istio-system'.split(' '),
  );
  assert.equal(code, 0, stderr);
  await rolledOut(cluster, ISTIO_SYSTEM);
}

/** Every line of every block for a shell. */
function commandsIn(readme: string): readonly string[] {
  return [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trimEnd().split('\n'));
}

async function shell(command: string, cwd: string, cluster: TestCluster): Promise<void> {
  const PATH = `${path.dirname(programPath('kubectl'))}:${process.env.PATH}`;
  const env = { PATH, HOME: cluster.directory, KUBECONFIG: cluster.kubeconfig() };
  const child = spawn('sh', ['-ec', command], { cwd, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  assert.equal(code, 0, `${command}\n${output}`);
}
