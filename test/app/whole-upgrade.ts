import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlan } from '../../src/app/make-plan.ts';
import type { PlanRequest } from '../../src/app/plan-request.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { annotationsOf, isK8sObject, type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { DEFAULT_PHASES } from '../../src/core/phase.ts';
import type { Plan } from '../../src/core/plan.ts';
import { clientUpdate } from '../../src/fields/apply.ts';
import { HOPS } from '../../src/hops/index.ts';
import { type MemoryClusterPort, memoryCluster } from '../../src/memory/memory-cluster.ts';
import { readSnapshot } from '../../src/memory/snapshot-file.ts';
import { withLastApplied } from '../../src/plan/last-applied.ts';
import { readManifests } from '../../src/release/read-manifests.ts';
import { object } from '../objects.ts';

const DEMO = join(import.meta.dirname, '../demo');
const NOW = Date.UTC(2019, 9, 1);

/** How the objects came into the cluster: with no record of owners, or by `kubectl apply`. */
export type Origin = 'without owners' | 'by kubectl apply';

/** The demo's mesh of Istio 1.1 with configuration that every migration has something to do with, and a namespace of workloads. */
export function meshBefore(origin: Origin): readonly K8sObject[] {
  const file = join(DEMO, 'mesh-1.1.yaml');
  const read = readSnapshot(readFileSync(file, 'utf8'), file);
  const objects = [...read.map(withoutStatus), ...MIGRATED];
  const made = origin === 'without owners' ? objects : objects.map(appliedByKubectl).map(withTheirs);
  return memoryCluster({ objects: made, fileName: 'mesh.yaml', now: () => NOW }).snapshot();
}

export function clusterWith(objects: readonly K8sObject[]): MemoryClusterPort {
  return memoryCluster({ objects, fileName: 'mesh.yaml', now: () => NOW });
}

/** The plan of the whole upgrade, with leftovers and annotations taken out. */
export async function planUpgrade(cluster: MemoryClusterPort, parts: Partial<PlanRequest> = {}): Promise<Plan> {
  const documents = await readManifests([join(DEMO, 'istio-1.2')], (async function* () {})());
  const objects = documents.flatMap(({ object: one, source }) => (isK8sObject(one) ? [{ object: one, source }] : []));
  const request: PlanRequest = {
    target: { objects },
    istioNamespace: 'istio-system',
    phases: DEFAULT_PHASES,
    prune: true,
    removeAnnotations: true,
    willWrite: true,
    ignored: [],
    isTaken: () => false,
    ...parts,
  };
  return makePlan(request, cluster, HOPS);
}

/** The status that the in-memory controllers give it, from the beginning. */
export function withoutStatus(one: K8sObject): K8sObject {
  const { status: _status, ...rest } = one;
  return { ...rest, apiVersion: one.apiVersion, kind: one.kind, metadata: one.metadata };
}

function definition(group: string, kind: string, plural: string, scope: string): K8sObject {
  const spec = { group, version: 'v1alpha1', scope, names: { kind, plural } };
  return object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', `${plural}.${group}`, { spec });
}

function appliedByKubectl(one: K8sObject): K8sObject {
  const isControllers = ['ReplicaSet', 'Pod', 'Namespace'].includes(one.kind);
  if (isControllers) return one;
  return clientUpdate(undefined, withLastApplied(one, one), {
    manager: 'kubectl-client-side-apply',
    now: Date.UTC(2019, 5, 1),
  });
}

/** What somebody else set on the Deployment that is replaced, and on a Service. */
function withTheirs(one: K8sObject): K8sObject {
  const isTheirs = one.metadata.name === 'istio-citadel' && ['Deployment', 'Service'].includes(one.kind);
  if (!isTheirs) return one;
  const annotations = { ...annotationsOf(one), team: 'platform' };
  const writer = { manager: 'platform-team', now: Date.UTC(2019, 6, 1) };
  return clientUpdate(one, { ...one, metadata: { ...one.metadata, annotations } }, writer);
}

function service(path: string, annotations: Readonly<Record<string, string>>): K8sObject {
  const [, name = ''] = path.split('/');
  return object('v1', 'Service', path, {
    metadata: { annotations },
    spec: {
      selector: { app: name },
      ports: [
        { name: 'http', port: 80 },
        { name: 'http-api', port: 8000 },
      ],
    },
  });
}

function pod(path: string, app: string): K8sObject {
  return object('v1', 'Pod', path, {
    metadata: { labels: { app } },
    spec: {
      containers: [
        { name: 'app', image: 'app:1' },
        { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.1.17' },
      ],
    },
  });
}

const MIGRATED: readonly K8sObject[] = [
  definition('rbac.istio.io', 'RbacConfig', 'rbacconfigs', 'Namespaced'),
  definition('rbac.istio.io', 'ClusterRbacConfig', 'clusterrbacconfigs', 'Cluster'),
  object('rbac.istio.io/v1alpha1', 'RbacConfig', 'default/default', {
    metadata: { labels: { team: 'security' } },
    spec: { mode: 'ON_WITH_EXCLUSION', exclusion: { namespaces: ['kube-system'] } },
  }),
  object('v1', 'Namespace', 'bar'),
  service('bar/foo', { 'auth.istio.io/8000': 'MUTUAL_TLS' }),
  pod('bar/foo-1', 'foo'),
  service('bar/plain', { 'auth.istio.io/8000': 'NONE' }),
  pod('bar/plain-1', 'plain'),
];

/** What of a state has to be the same: every object with its owners, without what the server numbers, dates and counts. */
export function comparable(objects: readonly K8sObject[]): JsonObject {
  const texts = objects.map((one) => [refText(refOf(one)), undated(one)] as const);
  return Object.fromEntries(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const REVISION = 'deployment.kubernetes.io/revision';

function undated(one: K8sObject): Json {
  const text = JSON.stringify(one, (key, value) => {
    if (['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'observedGeneration', 'time'].includes(key))
      return undefined;
    if (key === 'managedFields' && Array.isArray(value)) return sorted(value);
    if (key === 'annotations' && Object.keys(value).every((name) => name === REVISION)) return undefined;
    return key === REVISION ? undefined : value;
  });
  const copy: Json = JSON.parse(text);
  return copy;
}

function sorted(owners: readonly unknown[]): readonly unknown[] {
  return owners.toSorted((a, b) => (ownerText(a) < ownerText(b) ? -1 : 1));
}

function ownerText(owner: unknown): string {
  return JSON.stringify(owner, (key, value) => (key === 'time' ? undefined : value));
}
