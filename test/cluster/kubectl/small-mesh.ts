import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { K8sObject } from '../../../src/core/object.ts';
import { applyClientSide } from '../harness/client-side-apply.ts';
import type { TestCluster } from '../harness/cluster.ts';
import { smallIstio } from '../harness/small-istio.ts';

/** A small Istio 1.1, installed by `kubectl apply`. Nothing of it runs where there is no stand-in kubelet. */
export async function seedSmallMesh(cluster: TestCluster, ...more: readonly K8sObject[]): Promise<void> {
  for (const object of [...smallIstio('1.1.17'), ...more]) await applyClientSide(cluster, object);
}

/** A file with the manifests of Istio 1.2 for the same mesh. @returns its path */
export function smallTarget(cluster: TestCluster, ...more: readonly K8sObject[]): string {
  const file = join(cluster.directory, 'target.json');
  const items = [...smallIstio('1.2.10'), ...more];
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return file;
}
