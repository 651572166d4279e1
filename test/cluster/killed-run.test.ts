import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refText } from '../../src/core/object.ts';
import type { JournalEntry } from '../../src/core/run.ts';
import { istioTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { startGalley } from './harness/galley.ts';
import {
  POINTS_A_WRITE,
  pointText,
  surviveKill,
  type Undisturbed,
  type Upgrade,
  undisturbed,
} from './harness/kill-points.ts';
import { standInKubelet } from './harness/kubelet.ts';
import { seedMigratedMesh } from './harness/migrated-mesh.ts';
import { rolledOut } from './harness/rollout.ts';
import { ISTIO_SYSTEM } from './harness/seed.ts';
import { release12 } from './istio-1.2.ts';

/** One write of every kind that an upgrade consists of, and where in it the run is killed. */
const KINDS: readonly (readonly [string, (entry: JournalEntry) => boolean, number])[] = [
  ['an object is handed over', ({ verb }) => verb === 'patch', 2],
  [
    'a definition is created',
    ({ verb, ref, before: was }) => verb === 'apply' && !was && ref.kind === 'CustomResourceDefinition',
    2,
  ],
  ['a Policy is written in two stages', ({ verb, ref }) => verb === 'apply' && ref.kind === 'Policy', 3],
  ['a RbacConfig is deleted', ({ verb, ref }) => verb === 'delete' && ref.kind === 'RbacConfig', 1],
  [
    'an object is updated',
    ({ verb, ref, before: was }) => verb === 'apply' && was !== undefined && ref.kind === 'ConfigMap',
    2,
  ],
  ['a Deployment is deleted to be replaced', ({ verb, ref }) => verb === 'delete' && ref.kind === 'Deployment', 2],
  [
    'a Deployment is created again',
    ({ verb, ref, before: was }) => verb === 'apply' && !was && ref.kind === 'Deployment',
    1,
  ],
  [
    'what the old release left behind is deleted',
    ({ verb, ref }) => verb === 'delete' && ref.group === 'config.istio.io',
    2,
  ],
];
const SAMPLES = 2;
const SEED = 20190618;

istioTests('a run that is killed', () => {
  let cluster: TestCluster;
  let upgrade: Upgrade;
  let whole: Undisturbed;
  before(async () => {
    cluster = await startControlPlane();
    await standInKubelet(cluster);
    await seedMigratedMesh(cluster);
    await (await startGalley(cluster)).register();
    await rolledOut(cluster, ISTIO_SYSTEM);
    upgrade = { cluster, seeded: await cluster.saveState(), flags: release12('control-plane.yaml').flags };
    whole = await undisturbed(upgrade);
  });
  after(() => cluster?.stop());

  test('the upgrade consists of every kind of write', (t) => {
    for (const [what, isOne] of KINDS) assert.ok(whole.entries.some(isOne), what);
    t.diagnostic(
      `${whole.entries.length} writes to ${new Set(whole.entries.map(({ ref }) => refText(ref))).size} objects`,
    );
  });

  for (const [what, isOne, where] of KINDS) {
    test(`killed when ${what}: the next run finishes it, and rollback takes it back`, async (t) => {
      const point = whole.entries.findIndex(isOne) * POINTS_A_WRITE + where;
      t.diagnostic(`killed at ${pointText(point, whole)}`);
      await surviveKill(point, upgrade, whole);
    });
  }

  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    test(`killed at a point of a seeded sample, ${sample} of ${SAMPLES}`, async (t) => {
      const point = (SEED * sample * 7919) % (whole.entries.length * POINTS_A_WRITE);
      t.diagnostic(`killed at ${pointText(point, whole)}`);
      await surviveKill(point, upgrade, whole);
    });
  }
});
