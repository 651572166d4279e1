import { listAt, objectAt, valueAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { applyClientSide, KUBECTL_CREATE } from './client-side-apply.ts';
import type { TestCluster } from './cluster.ts';
import { type ControlPlaneManifest, istioManifests, storedToday } from './istio-manifests.ts';
import { rolledOut } from './rollout.ts';
import { eventually } from './waiting.ts';

/** How Istio 1.1 came into the cluster. `no-managed-fields`: by `kubectl apply`, before servers recorded who owns a field. */
export type SeedVariant = 'kubectl-apply' | 'create' | 'no-managed-fields';

export interface SeedOptions {
  readonly manifests?: ControlPlaneManifest;
  readonly variant?: SeedVariant;
  /** Off when no stand-in kubelet runs. */
  readonly waitForRollout?: boolean;
}

export interface Seeded {
  /** Everything that was created, as it was sent. */
  readonly objects: readonly K8sObject[];
  /** Milliseconds for each part. */
  readonly took: Readonly<Record<string, number>>;
}

export const ISTIO_SYSTEM = 'istio-system';

const NAMESPACE: K8sObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ISTIO_SYSTEM } };

/** Puts Istio 1.1.17 into a cluster of today, as one that was installed long ago has it, and waits until it runs. */
export async function seedIstio11(cluster: TestCluster, options: SeedOptions = {}): Promise<Seeded> {
  const { manifests = 'control-plane.yaml', variant = 'kubectl-apply', waitForRollout = true } = options;
  const { crds, controlPlane, customResources } = istioManifests(manifests);
  const put = (object: K8sObject): Promise<K8sObject> =>
    withFreePorts(() => (variant === 'create' ? plain(cluster, object) : applied(cluster, object)));
  const accounts = controlPlane.filter(({ kind }) => kind === 'ServiceAccount');
  const workloads = controlPlane.filter(({ kind }) => kind === 'Deployment');
  const rest = controlPlane.filter((object) => !accounts.includes(object) && !workloads.includes(object));
  const clock = new Stopwatch();
  await plain(cluster, NAMESPACE);
  await Promise.all([...accounts, ...crds].map(put));
  await Promise.all(crds.map((crd) => established(cluster, crd)));
  clock.lap('crds');
  await Promise.all(rest.map(put));
  await patchInjector(cluster);
  await Promise.all(customResources.map((object) => applied(cluster, object)));
  clock.lap('configuration');
  await Promise.all(workloads.map(put));
  if (waitForRollout) await rolledOut(cluster, ISTIO_SYSTEM);
  clock.lap('workloads');
  const objects = [NAMESPACE, ...crds, ...controlPlane.map(storedToday), ...customResources];
  if (variant === 'no-managed-fields') await Promise.all(objects.map((object) => forgetManagers(cluster, object)));
  clock.lap('managedFields');
  return { objects, took: clock.laps };
}

const TRIES = 5;

/** For a port that names none the server picks a node port at random, now and then the one that the next port of the same Service names. */
async function withFreePorts<T>(put: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await put();
    } catch (error) {
      if (attempt === TRIES || !String(error).includes('provided port is already allocated')) throw error;
    }
  }
}

class Stopwatch {
  readonly laps: Record<string, number> = {};
  #last = Date.now();

  lap(name: string): void {
    const now = Date.now();
    this.laps[name] = now - this.#last;
    this.#last = now;
  }
}

function plain(cluster: TestCluster, object: K8sObject): Promise<K8sObject> {
  return cluster.create(storedToday(object), { fieldManager: KUBECTL_CREATE });
}

/** Of an `extensions/v1beta1` Deployment kubectl remembers what was applied when there was such an API. */
function applied(cluster: TestCluster, manifest: K8sObject): Promise<K8sObject> {
  return applyClientSide(cluster, manifest, storedToday(manifest));
}

/** When it starts, the injector writes its authority's certificate into its webhook configuration. */
async function patchInjector(cluster: TestCluster): Promise<void> {
  const apiVersion = 'admissionregistration.k8s.io/v1beta1';
  const configuration = {
    apiVersion,
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'istio-sidecar-injector' },
  };
  const patch = [{ op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value: cluster.authority.bundle }];
  await cluster.patch(configuration, 'json', patch, { fieldManager: 'sidecar-injector' });
}

/** Both its condition and the discovery say so: the one is a moment ahead of the other. */
async function established(cluster: TestCluster, crd: K8sObject): Promise<void> {
  const { group, version, names } = objectAt(crd.spec);
  const look = async (): Promise<true | undefined> => {
    const conditions = listAt(valueAt(await cluster.get(crd), 'status', 'conditions'));
    const found = conditions.find((one) => valueAt(one, 'type') === 'Established');
    if (valueAt(found, 'status') !== 'True') return undefined;
    return (await cluster.serves(`${group}/${version}`, `${valueAt(names, 'kind')}`)) ? true : undefined;
  };
  await eventually(look, { what: `${crd.metadata.name} to be established` });
}

/** The record of who owns a field is gone, as it is of objects that are older than such records. */
export async function forgetManagers(cluster: TestCluster, object: K8sObject): Promise<void> {
  await cluster.patch(object, 'json', [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }]);
}
