import { join } from 'node:path';
import { valueAt } from '../../../src/core/json.ts';
import { decodeHelmRecord, withRelease } from '../../../src/release/helm-record.ts';
import { HELM_3, helmPath } from '../../programs/helm-binaries.ts';
import type { TestCluster } from './cluster.ts';
import { helmFor, helmSecrets } from './helm-release.ts';
import { type ControlPlaneManifest, istioManifests, storedToday } from './istio-manifests.ts';
import { CHART, manifestOf, writeRelease } from './release-directory.ts';
import { rolledOut } from './rollout.ts';
import { ISTIO_SYSTEM } from './seed.ts';
import { eventually } from './waiting.ts';
import { namespaceObject } from './workloads.ts';

/** Istio 1.1.17 as Helm 3 installed it, with a record as a cluster that went past Kubernetes 1.16 has it. */
export async function installedByHelm(cluster: TestCluster, manifest: ControlPlaneManifest): Promise<void> {
  const { crds, controlPlane } = istioManifests(manifest);
  const directory = join(cluster.directory, 'istio-1.1.17');
  writeRelease(directory, { version: '1.1.17', crds, controlPlane: controlPlane.map(storedToday) });
  await cluster.create(namespaceObject(ISTIO_SYSTEM));
  for (const crd of crds) await cluster.create(crd);
  for (const { spec } of crds) {
    const [group, version, kind] = ['group', 'version', 'names'].map((key) => valueAt(spec, key));
    const isServed = async () =>
      (await cluster.serves(`${group}/${version}`, `${valueAt(kind, 'kind')}`)) ? true : undefined;
    await eventually(isServed, { what: `${group} to be served` });
  }
  await helmFor(cluster, helmPath(HELM_3))(
    'install',
    'istio',
    join(directory, CHART),
    '-n',
    ISTIO_SYSTEM,
    '--disable-openapi-validation',
  );
  for (const secret of await helmSecrets(cluster, ISTIO_SYSTEM))
    await cluster.replace(
      withRelease(secret, { ...decodeHelmRecord(secret).release, manifest: manifestOf(controlPlane) }),
    );
  await rolledOut(cluster, ISTIO_SYSTEM);
}
