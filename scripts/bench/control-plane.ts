import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, objectAt, valueAt, withValue } from '../../src/core/json.ts';
import { annotationsOf, type K8sObject, labelsOf } from '../../src/core/object.ts';
import { withListKeyDefaults } from '../../src/fields/list-types.ts';
import type { TestCluster } from '../../test/cluster/harness/cluster.ts';
import { startControlPlane } from '../../test/cluster/harness/control-plane.ts';
import { standInKubelet } from '../../test/cluster/harness/kubelet.ts';
import { seedIstio11 } from '../../test/cluster/harness/seed.ts';
import { release12 } from '../../test/cluster/istio-1.2.ts';

const MANIFEST = 'control-plane-mtls.yaml';
// Their live selectors do not fit the release's labels, and kubectl cannot change them.
const KEEPING_SELECTORS = ['istio-policy', 'istio-telemetry', 'istio-pilot', 'prometheus'];

/** A cluster with Istio 1.1, and a file with the control plane of 1.2 that either tool can read. */
export interface Upgradable {
  readonly cluster: TestCluster;
  readonly file: string;
  readonly objects: number;
}

/** Starts a cluster in which Istio 1.1 runs; whoever asks for it stops it. */
export async function startUpgradable(): Promise<Upgradable> {
  const cluster = await startControlPlane();
  await standInKubelet(cluster);
  await seedIstio11(cluster, { manifests: MANIFEST });
  const objects = forKubectl(release12(MANIFEST).controlPlane);
  const file = join(cluster.directory, 'target.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  return { cluster, file, objects: objects.length };
}

/** The manifests so that kubectl does not stop at the first object: ports with protocols, selectors as they are live. */
function forKubectl(objects: readonly K8sObject[]): readonly K8sObject[] {
  return objects.map(withListKeyDefaults).map((object) => {
    if (object.kind !== 'Deployment' || annotationsOf(object)['helm.sh/hook'] !== undefined) return object;
    if (KEEPING_SELECTORS.includes(object.metadata.name)) return object;
    const spec: JsonObject = objectAt(object.spec);
    const matchLabels = labelsOf(objectAt(valueAt(object, 'spec', 'template')));
    return { ...object, spec: withValue(spec, ['selector'], { matchLabels }) };
  });
}
