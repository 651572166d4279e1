import { isK8sObject, type K8sObject } from '../../src/core/object.ts';
import { readManifests } from '../../src/release/read-manifests.ts';
import { type ControlPlaneManifest, istioManifests, storedToday } from '../cluster/harness/istio-manifests.ts';
import { release12 } from '../cluster/istio-1.2.ts';
import { object } from '../objects.ts';

/** Everything in the files of the release, hooks included, as one passes it to `-f`. */
export async function targetFiles(manifest: ControlPlaneManifest): Promise<readonly K8sObject[]> {
  const paths = release12(manifest).flags.filter((flag) => flag !== '-f');
  const documents = await readManifests(paths, process.stdin);
  return documents.flatMap(({ object: one }) => (isK8sObject(one) ? [one] : []));
}

/** The default mesh of Istio 1.1.17 as a cluster has it that lived through the end of the old APIs, with what its components write by themselves. */
export function defaultMesh(manifest: ControlPlaneManifest): readonly K8sObject[] {
  const { crds, controlPlane, customResources } = istioManifests(manifest);
  const namespace = object('v1', 'Namespace', 'istio-system');
  return [namespace, ...crds, ...controlPlane.map(storedToday).map(withCertificate), ...customResources];
}

/** When it starts, the injector writes its authority's certificate into its webhook configuration. */
function withCertificate(one: K8sObject): K8sObject {
  if (one.kind !== 'MutatingWebhookConfiguration') return one;
  return JSON.parse(JSON.stringify(one).replaceAll('"caBundle":""', '"caBundle":"Y2VydGlmaWNhdGU="'));
}
