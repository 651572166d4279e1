import { listAt, numberAt, objectAt, valueAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { applyClientSide } from './client-side-apply.ts';
import type { TestCluster } from './cluster.ts';
import {
  EDGE,
  LEGACY,
  leftAlone,
  madeBy,
  movedWorkloads,
  NAMESPACES,
  ROLLOUT_CRD,
  withoutSidecar,
} from './data-plane-workloads.ts';
import type { Injector } from './injector-webhook.ts';
import { isUpdated } from './rollout.ts';
import { smallIstio } from './small-istio.ts';
import { eventually } from './waiting.ts';
import { namespaceObject, serviceOf } from './workloads.ts';

const INJECTED = { 'istio-injection': 'enabled' } as const;
const ROLLING = ['Deployment', 'StatefulSet', 'DaemonSet'];

export interface DataPlane {
  /** What a restart moves. */
  readonly moved: readonly K8sObject[];
  /** What it does not, although its sidecars are of the old version. */
  readonly leftAlone: readonly K8sObject[];
  readonly withoutSidecar: readonly K8sObject[];
}

/** A mesh of the injector's version: its control plane, workloads of all kinds, a Service for each that rolls, and every pod ready. */
export async function seedDataPlane(cluster: TestCluster, injector: Injector): Promise<DataPlane> {
  const version = injector.version ?? '';
  const namespaces = [...NAMESPACES, EDGE].map((name) => namespaceObject(name, INJECTED));
  for (const object of [...smallIstio(version), ...namespaces, namespaceObject(LEGACY), ROLLOUT_CRD]) {
    await cluster.create(object);
  }
  await injector.register();
  await Promise.all([...NAMESPACES, EDGE, LEGACY].map((name) => serviceAccount(cluster, name)));
  await eventually(async () => ((await cluster.serves('argoproj.io/v1alpha1', 'Rollout')) ? true : undefined), {
    what: 'Rollouts to be served',
  });
  const mesh = { moved: movedWorkloads(version), leftAlone: leftAlone(), withoutSidecar: withoutSidecar() };
  const workloads = [...mesh.moved, ...mesh.leftAlone, ...mesh.withoutSidecar];
  const services = workloads.filter(({ kind }) => ROLLING.includes(kind)).map(serviceOf);
  await Promise.all(services.map((service) => cluster.create(service)));
  await Promise.all(workloads.map((object) => put(cluster, object)));
  await Promise.all(workloads.map((object) => running(cluster, object)));
  await pause(cluster);
  await Promise.all(services.map((service) => served(cluster, service)));
  return mesh;
}

async function put(cluster: TestCluster, object: K8sObject): Promise<void> {
  const created = await applyClientSide(cluster, object);
  for (const made of madeBy(created)) await cluster.create(made);
}

function serviceAccount(cluster: TestCluster, namespace: string): Promise<K8sObject> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'default' } };
  return eventually(
    async () => {
      const found = await cluster.get(account);
      return listAt(found?.secrets).length > 0 ? found : undefined;
    },
    { what: `the service account of ${namespace}` },
  );
}

/** A pod of each is there; those that roll are rolled out. */
async function running(cluster: TestCluster, object: K8sObject): Promise<void> {
  const { name, namespace } = object.metadata;
  const look = async (): Promise<true | undefined> => {
    if (ROLLING.includes(object.kind)) {
      const live = await cluster.get(object);
      return live !== undefined && isUpdated(live) ? true : undefined;
    }
    const pods = await cluster.read(`/api/v1/namespaces/${namespace}/pods?labelSelector=app=${name}`);
    return listAt(pods?.items).some((pod) => valueAt(pod, 'status', 'phase') === 'Running') ? true : undefined;
  };
  await eventually(look, { what: `${object.kind} ${namespace}/${name} to run`, interval: 250 });
}

/** Somebody stopped this one in the middle of something. */
async function pause(cluster: TestCluster): Promise<void> {
  const metadata = { namespace: EDGE, name: 'paused' };
  await cluster.patch({ apiVersion: 'apps/v1', kind: 'Deployment', metadata }, 'merge', { spec: { paused: true } });
}

async function served(cluster: TestCluster, { metadata }: K8sObject): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const endpoints = await cluster.get({ apiVersion: 'v1', kind: 'Endpoints', metadata });
    return listAt(valueAt(endpoints, 'subsets', 0, 'addresses')).length > 0 ? true : undefined;
  };
  await eventually(look, { what: `an address of ${metadata.namespace}/${metadata.name}`, interval: 100 });
}

/** Workloads of which several pods serve. */
export function isServedBySeveral({ kind, spec }: K8sObject): boolean {
  return kind === 'DaemonSet' || (numberAt(objectAt(spec).replicas) ?? 1) > 1;
}
