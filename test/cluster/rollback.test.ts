import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { type JsonObject, listAt, objectAt, valueAt } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { run } from '../cli/run.ts';
import { object } from '../objects.ts';
import { differences } from './compare.ts';
import { istioData, istioTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { watchEndpoints } from './harness/endpoints.ts';
import type { SavedState } from './harness/etcd.ts';
import { startGalley } from './harness/galley.ts';
import { standInKubelet } from './harness/kubelet.ts';
import { type MeshState, stateOf } from './harness/mesh-state.ts';
import { seedMigratedMesh } from './harness/migrated-mesh.ts';
import { rolledOut } from './harness/rollout.ts';
import { ISTIO_SYSTEM } from './harness/seed.ts';
import { eventually } from './harness/waiting.ts';
import { release12 } from './istio-1.2.ts';

const PILOT = object('apps/v1', 'Deployment', 'istio-system/istio-pilot');
const LIMITS = ['--yes', '--settle', '0', '--timeout', '90s'];

istioTests('the way back from 1.2.0 to 1.1.17', () => {
  let cluster: TestCluster;
  let upgraded: SavedState;
  let start: MeshState;
  let env: Record<string, string>;
  let state: readonly string[];
  before(async () => {
    cluster = await startControlPlane();
    await standInKubelet(cluster);
    await seedMigratedMesh(cluster);
    await (await startGalley(cluster)).register();
    await rolledOut(cluster, ISTIO_SYSTEM);
    start = await stateOf(cluster);
    env = { KUBECONFIG: cluster.kubeconfig() };
    state = ['--state-dir', join(cluster.directory, 'state')];
    const { flags } = release12('control-plane.yaml');
    const applied = await run(['apply', ...flags, ...LIMITS, '--prune', '--allow-mtls-change', ...state], { env });
    assert.equal(applied.exit, 0, applied.err);
    upgraded = await cluster.saveState();
  });
  beforeEach(async () => {
    await cluster.restoreState(upgraded);
    await rolledOut(cluster, ISTIO_SYSTEM);
  });
  after(() => cluster?.stop());

  const history = async () => JSON.parse((await run(['history', '-o', 'json', ...state], { env })).out).runs;
  const first = async () => String((await history())[0].id);

  test('by what the run kept: the state before, without an outage', async () => {
    const endpoints = await watchEndpoints(cluster, ISTIO_SYSTEM);
    const { exit, out, err } = await run(['rollback', ...LIMITS, ...state], { env });
    assert.equal(exit, 0, err);
    assert.match(out, /delete +ReplicaSet\.apps\/istio-system\/istio-citadel-/);
    assert.deepEqual(await endpoints.stop(), [], 'no Service lost its endpoints');
    assert.deepEqual(await settled(start), []);
  });

  test('what others changed since stays, and is told with their name', async () => {
    await cluster.patch(PILOT, 'merge', { spec: { minReadySeconds: 7 } }, { fieldManager: 'platform-team' });
    const containers = [{ name: 'discovery', image: 'registry.shop/pilot:1.2.0' }];
    const image = { spec: { template: { spec: { containers } } } };
    await cluster.patch(PILOT, 'strategic-merge', image, { fieldManager: 'platform-team' });
    await rolledOut(cluster, ISTIO_SYSTEM);
    const { exit, out, err } = await run(['rollback', await first(), ...LIMITS, '-q', ...state], { env });
    assert.equal(exit, 0, err);
    assert.match(
      out,
      /istio-pilot: spec\.template\.spec\.containers\[name="discovery"\]\.image was changed since the run, by "platform-team"/,
    );
    const live = await cluster.get(PILOT);
    assert.equal(valueAt(live, 'spec', 'minReadySeconds'), 7);
    assert.equal(imageOf(live), 'registry.shop/pilot:1.2.0');
    const left = (await settled(start)).filter((difference) => !difference.includes('istio-pilot'));
    assert.deepEqual(left, [], 'everything else is as it was');
  });

  test('a spec that changes before the answer stops it, with what moved, before that object is written', async () => {
    const touch = async () => {
      await cluster.patch(PILOT, 'merge', { spec: { minReadySeconds: 7 } }, { fieldManager: 'platform-team' });
      return 'yes';
    };
    const { exit, out, err } = await run(['rollback', await first(), '--settle', '0', ...state], {
      env,
      answer: touch,
    });
    assert.equal(exit, 1, `${err}${out}`);
    assert.match(err, /error: Deployment\.apps\/istio-system\/istio-pilot changed since the plan was made/);
    assert.match(err, /^\+ {2}minReadySeconds: 7$/m);
    assert.match(imageOf(await cluster.get(PILOT)), /pilot:1\.2\.0$/);
    const again = await run(['rollback', await first(), ...LIMITS, '-q', ...state], { env });
    assert.equal(again.exit, 0, again.err);
    assert.equal(valueAt(await cluster.get(PILOT), 'spec', 'minReadySeconds'), 7, 'a new plan takes it from there');
  });

  test("by the old release's manifests, which this server no longer takes as they are", async () => {
    const data = istioData() ?? '';
    const old = ['-f', join(data, 'istio-1.1.17/control-plane.yaml')];
    const { exit, out, err } = await run(['rollback', ...old, ...LIMITS, ...state], { env });
    assert.equal(exit, 0, err + out);
    assert.match(out, /^Istio 1\.2\.0 → 1\.1\.17/m);
    assert.match(out, /^ {2}instance\.config\.istio\.io\/istio-system\//m, 'what only 1.2 brought is listed');
    assert.match(imageOf(await cluster.get(PILOT)), /pilot:1\.1\.17$/);
    const again = await run(['rollback', ...old, ...state], { env });
    assert.match(again.out, /^nothing to do/m);
    const pruned = await run(['rollback', ...old, ...LIMITS, '--prune', ...state], { env });
    assert.equal(pruned.exit, 0, pruned.err);
    const different = differences(contents(await stateOf(cluster)), contents(start));
    const unexpected = different.filter((text) => !EXPECTED.some((pattern) => pattern.test(text)));
    assert.deepEqual(unexpected, [], 'the objects of the old release are as they were');
  });

  async function settled(wanted: MeshState): Promise<readonly string[]> {
    let found: readonly string[] = [];
    const look = async (): Promise<true | undefined> => {
      found = differences(await stateOf(cluster), wanted);
      return found.length === 0 ? true : undefined;
    };
    await eventually(look, { what: 'the state before', timeout: 15_000 }).catch(() => undefined);
    return found;
  }
});

/** What going back to manifests does not know of. */
const EXPECTED: readonly RegExp[] = [
  // Migrated configuration stays, and so do the newer definitions.
  /^\.(?:ClusterRbacConfig|RbacConfig|Policy|DestinationRule|CustomResourceDefinition)\./,
  // Selectors that the upgrade gave stay, for they fit the old pods, and so do the defaults of apps/v1.
  /^\.Deployment\..*\.spec\.(?:selector|strategy\.rollingUpdate|revisionHistoryLimit|progressDeadlineSeconds)/,
];

function contents(state: MeshState): JsonObject {
  return Object.fromEntries(Object.entries(state).map(([name, one]) => [name, objectAt(one).object]));
}

function imageOf(live: K8sObject | undefined): string {
  const [container] = listAt(valueAt(live, 'spec', 'template', 'spec', 'containers'));
  return String(valueAt(container, 'image'));
}
