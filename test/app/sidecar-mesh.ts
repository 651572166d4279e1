import type { DataPlaneRequest } from '../../src/app/data-plane.ts';
import type { RunEvent } from '../../src/app/events.ts';
import type { Evictor } from '../../src/app/evictor.ts';
import { makePlan } from '../../src/app/make-plan.ts';
import type { PlanRequest } from '../../src/app/plan-request.ts';
import type { Cluster } from '../../src/app/ports.ts';
import { type RunContext, runPlan } from '../../src/app/run-plan.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { type K8sObject, refText } from '../../src/core/object.ts';
import type { Plan } from '../../src/core/plan.ts';
import { HOPS } from '../../src/hops/index.ts';
import { deployment, object } from '../objects.ts';
import { fakeClock } from './in-memory.ts';

const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

/** A control plane of one release, whose injector serves namespaces `shop` and `bank`. */
export function controlPlane(release = '1.2.10'): readonly K8sObject[] {
  const part = (name: string, image: string) =>
    deployment(`istio-system/${name}`, { labels: { app: name }, image: `docker.io/istio/${image}:${release}` });
  const injected = (name: string) =>
    object('v1', 'Namespace', name, { metadata: { labels: { 'istio-injection': 'enabled' } } });
  return [
    part('istio-pilot', 'pilot'),
    part('istio-sidecar-injector', 'sidecar_injector'),
    object('v1', 'Endpoints', 'istio-system/istio-sidecar-injector', {
      subsets: [{ addresses: [{ ip: '10.0.0.1' }] }],
    }),
    object('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'istio-sidecar-injector', {
      webhooks: [
        {
          name: 'sidecar-injector.istio.io',
          clientConfig: { service: { namespace: 'istio-system', name: 'istio-sidecar-injector' } },
          namespaceSelector: { matchLabels: { 'istio-injection': 'enabled' } },
        },
      ],
    }),
    injected('shop'),
    injected('bank'),
  ];
}

export interface WorkloadParts {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly replicas?: number;
  readonly release?: string;
  readonly spec?: JsonObject;
}

/** A workload and its pods, which the webhook gave a sidecar of a release. */
export function workload(path: string, parts: WorkloadParts = {}): readonly K8sObject[] {
  const { kind = 'Deployment', replicas = 2, spec = {} } = parts;
  const [, name = ''] = path.split('/');
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'shop/app:1' }] } };
  const made = object('apps/v1', kind, path, {
    spec: { ...(kind === 'DaemonSet' ? {} : { replicas }), selector: { matchLabels: labels }, template, ...spec },
    ...(kind === 'DaemonSet' ? { status: onNodes(replicas) } : {}),
  });
  return [made, ...Array.from({ length: replicas }, (_, index) => podOf(path, index, parts))];
}

function onNodes(count: number): JsonObject {
  const scheduled = { desiredNumberScheduled: count, currentNumberScheduled: count, updatedNumberScheduled: count };
  return { observedGeneration: 1, ...scheduled, numberReady: count, numberAvailable: count };
}

function podOf(path: string, index: number, { kind = 'Deployment', release = '1.1.17' }: WorkloadParts): K8sObject {
  const [, name = ''] = path.split('/');
  const isDeployment = kind === 'Deployment';
  const owner = isDeployment ? { kind: 'ReplicaSet', name: `${name}-abc` } : { kind, name };
  return object('v1', 'Pod', `${path}-${index}`, {
    metadata: {
      labels: { app: name, ...(isDeployment ? { 'pod-template-hash': 'abc' } : {}) },
      annotations: { 'sidecar.istio.io/status': '{}' },
      ownerReferences: [{ apiVersion: 'apps/v1', ...owner, uid: `u-${name}`, controller: true }],
    },
    spec: {
      containers: [
        { name: 'app', image: 'shop/app:1' },
        { name: 'istio-proxy', image: `docker.io/istio/proxyv2:${release}`, args: ['proxy', 'sidecar'] },
      ],
    },
    status: READY,
  });
}

/** A plan of phase data-plane, for every namespace where none is asked for. */
export function planDataPlane(
  cluster: Cluster,
  asked: Partial<DataPlaneRequest> = {},
  parts: Partial<PlanRequest> = {},
): Promise<Plan> {
  const reinjection: DataPlaneRequest['reinjection'] = {
    openInjector: async () => ({ why: 'there is none', hint: undefined }),
    custom: {},
    originals: [],
  };
  return makePlan(
    {
      target: undefined,
      istioNamespace: 'istio-system',
      phases: ['data-plane'],
      prune: false,
      removeAnnotations: false,
      willWrite: true,
      ignored: [],
      isTaken: () => false,
      dataPlane: { namespace: undefined, labelSelector: undefined, evicts: false, reinjection, ...asked },
      ...parts,
    },
    cluster,
    HOPS,
  );
}

/** What was told until the end, and the error that it ended with, if so. */
export async function runDataPlane(
  plan: Plan,
  cluster: Cluster,
  context: Partial<RunContext> & { readonly evictor?: Evictor; readonly each?: (event: RunEvent) => void } = {},
): Promise<{ readonly told: readonly string[]; readonly error: unknown }> {
  const told: string[] = [];
  try {
    for await (const event of runPlan(plan, { cluster, clock: fakeClock(), timeout: 10_000, ...context })) {
      told.push(eventName(event));
      context.each?.(event);
    }
  } catch (error) {
    return { told, error };
  }
  return { told, error: undefined };
}

function eventName(event: RunEvent): string {
  if ('change' in event) return `${event.event} ${event.change.ref.name}`;
  if (event.event === 'evicted') return `${event.event} ${event.pod}`;
  if (event.event === 'waiting')
    return `waiting: ${event.waits.map(({ ref, why }) => `${ref.name}: ${why}`).join(', ')}`;
  return 'ref' in event ? `${event.event} ${event.ref.name}` : event.event;
}

export function restartsOf({ dataPlane }: Plan): readonly string[] {
  return (dataPlane?.restarts ?? []).map(({ ref }) => refText(ref));
}
