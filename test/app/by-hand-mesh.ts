import type { PlanRequest } from '../../src/app/plan-request.ts';
import type { Cluster, Injector, InjectorInput } from '../../src/app/ports.ts';
import type { ReinjectionRequest } from '../../src/app/reinjection.ts';
import { objectAt, valueAt } from '../../src/core/json.ts';
import { type K8sObject, labelsOf } from '../../src/core/object.ts';
import type { Plan } from '../../src/core/plan.ts';
import { settledStatus } from '../../src/memory/controllers.ts';
import type { NotReinjected } from '../../src/mesh/data-plane.ts';
import { modelInject } from '../injection/model-injector.ts';
import { object, deployment as pilotDeployment } from '../objects.ts';
import { planDataPlane } from './sidecar-mesh.ts';

const TEMPLATE = 'image: proxyv2:{{ .Values.global.tag }}';
const WEBHOOK = {
  name: 'sidecar-injector.istio.io',
  clientConfig: { service: { namespace: 'istio-system', name: 'istio-sidecar-injector' } },
  namespaceSelector: { matchLabels: { 'istio-injection': 'enabled' } },
  sideEffects: 'None',
};

/** A control plane that is ready, its injection configuration, and namespaces, of which the webhook injects `auto` alone. */
export function controlPlane(version = '1.2.0'): readonly K8sObject[] {
  const part = (name: string, image: string) =>
    ready(
      pilotDeployment(`istio-system/${name}`, { image: `docker.io/istio/${image}:${version}`, labels: { app: name } }),
    );
  const config = `policy: enabled\ntemplate: |-\n  ${TEMPLATE}\n`;
  return [
    part('istio-pilot', 'pilot'),
    part('istio-sidecar-injector', 'sidecar_injector'),
    object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: 'rootNamespace: istio-system\n' } }),
    object('v1', 'ConfigMap', 'istio-system/istio-sidecar-injector', {
      data: { config, values: `{"global":{"tag":"${version}"}}` },
    }),
    object('v1', 'Endpoints', 'istio-system/istio-sidecar-injector', {
      subsets: [{ addresses: [{ ip: '10.0.0.1' }] }],
    }),
    object('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'istio-sidecar-injector', {
      webhooks: [WEBHOOK],
    }),
    ...['istio-system', 'shop', 'bank', 'legacy', 'platform'].map((name) => object('v1', 'Namespace', name)),
    object('v1', 'Namespace', 'auto', { metadata: { labels: { 'istio-injection': 'enabled' } } }),
  ];
}

/** A workload as it is once its controller has seen it: two replicas, all of them ready. */
export function ready(workload: K8sObject): K8sObject {
  const isScaled = workload.kind === 'Deployment' || workload.kind === 'StatefulSet';
  const scaled = isScaled ? { ...workload, spec: { ...objectAt(workload.spec), replicas: 2 } } : workload;
  const { name } = workload.metadata;
  return settledStatus({ ...scaled, metadata: { ...scaled.metadata, generation: 1, uid: `uid-of-${name}` } });
}

/** Two pods of a workload, with what its template holds. */
export function podsOf(workload: K8sObject): readonly K8sObject[] {
  const { namespace, name } = workload.metadata;
  const template = objectAt(valueAt(workload, 'spec', 'template'));
  const isDeployment = workload.kind === 'Deployment';
  const owner = isDeployment ? { kind: 'ReplicaSet', name: `${name}-5d4` } : { kind: workload.kind, name };
  const labels = { ...labelsOf(template), ...(isDeployment ? { 'pod-template-hash': '5d4' } : {}) };
  return ['a', 'b'].map((suffix) =>
    object('v1', 'Pod', `${namespace}/${name}-5d4-${suffix}`, {
      metadata: {
        ...objectAt(template.metadata),
        labels,
        ownerReferences: [{ apiVersion: 'apps/v1', ...owner, uid: `uid-of-${name}`, controller: true }],
      },
      spec: objectAt(template.spec),
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    }),
  );
}

/** An injector of 1.2.0 that keeps what it was asked. */
export interface WatchedInjector extends Injector {
  readonly asked: { readonly workloads: readonly K8sObject[]; readonly input: InjectorInput }[];
}

export function watchedInjector(
  answer = (one: K8sObject): K8sObject => modelInject(one, { tag: '1.2.0' }),
): WatchedInjector {
  const asked: WatchedInjector['asked'] = [];
  const inject: Injector['inject'] = async (workloads, input) => {
    asked.push({ workloads, input });
    return workloads.map(answer);
  };
  return { version: { major: 1, minor: 2, patch: 0, suffix: '' }, asked, inject };
}

export type Reinjecting = Partial<Omit<ReinjectionRequest, 'openInjector'>> & {
  readonly injector?: Injector | NotReinjected;
  readonly evicts?: boolean;
};

/** A plan of phase data-plane, for every namespace. */
export function dataPlanePlan(
  cluster: Cluster,
  { injector = watchedInjector(), custom = {}, originals = [], evicts = false }: Reinjecting = {},
  parts: Partial<PlanRequest> = {},
): Promise<Plan> {
  const reinjection = { openInjector: async () => injector, custom, originals };
  return planDataPlane(cluster, { evicts, reinjection }, parts);
}
