import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HelmRequest, readInstallation } from '../../src/app/installation.ts';
import type { Cluster } from '../../src/app/ports.ts';
import { ApiError, EXIT, UpgradeError } from '../../src/core/errors.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { helmRecords } from '../../src/release/helm-records.ts';
import { object } from '../objects.ts';
import { helmInstalling, PILOT, record } from './helm-mesh.ts';
import { but, clusterOf } from './in-memory.ts';

const HELM = helmInstalling({ chart: { name: 'istio', version: '1.2.10' }, objects: [], hooks: [] });
const NO_HELM = { why: 'the target comes as rendered manifests', hint: 'name the release' };

function tiller(name: string, revision: number, status: string, namespace = 'kube-system'): K8sObject {
  const labels = { OWNER: 'TILLER', NAME: name, VERSION: String(revision), STATUS: status };
  return object('v1', 'ConfigMap', `${namespace}/${name}.v${revision}`, { metadata: { labels } });
}

async function found(
  objects: readonly K8sObject[],
  request: Partial<HelmRequest> = {},
  cluster: Cluster = clusterOf(...objects),
) {
  const installation = await readInstallation(
    { strategy: 'auto', records: helmRecords, helm: HELM, ...request },
    { cluster, resources: await cluster.discover() },
    'istio-system',
  );
  return { ...installation, ids: installation.problems.map(({ severity, id }) => `${severity} ${id}`) };
}

const WAYS: readonly (readonly [
  string,
  readonly K8sObject[],
  Partial<HelmRequest>,
  'helm' | 'kubectl',
  readonly string[],
])[] = [
  ["a release of Helm 3's is upgraded Helm's way", [PILOT, record()], {}, 'helm', ['note helms-way']],
  ["what Helm has no record of is upgraded kubectl's way", [PILOT], {}, 'kubectl', ['note kubectls-way']],
  ['where there is no choice nothing is told', [PILOT], { helm: NO_HELM }, 'kubectl', []],
  [
    "kubectl's way is blocked where Helm has a record",
    [PILOT, record()],
    { strategy: 'kubectl' },
    'kubectl',
    ['blocker installed-by-helm3'],
  ],
  ['so is a target that is no chart', [PILOT, record()], { helm: NO_HELM }, 'kubectl', ['blocker installed-by-helm3']],
  [
    "a release that does not install Pilot is somebody's",
    [PILOT, record({ release: 'shop', objects: [object('v1', 'ConfigMap', 'shop')] })],
    {},
    'kubectl',
    ['note kubectls-way'],
  ],
  [
    "an uninstalled release is nobody's",
    [PILOT, record({ status: 'uninstalled' })],
    {},
    'kubectl',
    ['note kubectls-way'],
  ],
  [
    'a run under way blocks',
    [PILOT, record(), record({ revision: 2, status: 'pending-upgrade' })],
    {},
    'helm',
    ['note helms-way', 'blocker helm-pending'],
  ],
  [
    'so does a release that Helm 4 has the server apply',
    [PILOT, record({ more: { apply_method: 'ssa' } })],
    {},
    'helm',
    ['note helms-way', 'blocker helm-server-side'],
  ],
  [
    'or was moved to Helm 3 and its records left',
    [PILOT, record(), tiller('istio', 3, 'DEPLOYED')],
    {},
    'helm',
    ['note helms-way'],
  ],
];
for (const [name, objects, request, way, ids] of WAYS)
  test(name, async () => {
    const installation = await found(objects, request);
    assert.deepEqual([installation.way, installation.ids], [way, ids]);
  });

test('the revision that is live is the newest deployed one', async () => {
  const records = [
    record({ revision: 2 }),
    record({ revision: 3, status: 'failed' }),
    record({ status: 'superseded' }),
  ];
  const installation = await found([PILOT, ...records]);
  assert.ok(installation.way === 'helm');
  assert.equal(installation.controlPlane.live.revision, 2);
  assert.deepEqual(installation.controlPlane.live.values, { global: { own: 'value' } });
});

test('istio-init is recognised by its chart', async () => {
  const init = record({ release: 'crds', chart: { name: 'istio-init', version: '1.1.0' }, objects: [] });
  const installation = await found([PILOT, record(), init]);
  assert.equal(installation.way === 'helm' && installation.crds?.live.release, 'crds');
});

test("Helm's way cannot be gone without a release of Helm's", async () => {
  await assert.rejects(found([PILOT], { strategy: 'helm' }), (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.match(error.message, /--strategy helm: Helm 3 has no release of the control plane in istio-system/);
    return error.exit === EXIT.blocked;
  });
});

test("who may not read Secrets is told that the installer is unknown, and goes kubectl's way", async () => {
  const cluster = clusterOf(PILOT, record());
  const forbidden = but(cluster, {
    list: (resource, query) => {
      if (resource.kind === 'Secret') throw new ApiError('secrets is forbidden', { status: 403, reason: 'Forbidden' });
      return cluster.list(resource, query);
    },
  });
  const { way, ids } = await found([], {}, forbidden);
  assert.deepEqual([way, ids], ['kubectl', ['note installer-unknown']]);
});
