import type { JsonObject } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import type { TestCluster } from './cluster.ts';
import { rolledOut } from './rollout.ts';
import { namespaceObject } from './workloads.ts';

const NAMESPACE = 'istio-system';

// Deployment, label `istio`, container and image.
const PARTS = [
  ['istio-pilot', 'pilot', 'discovery', 'pilot'],
  ['istio-galley', 'galley', 'galley', 'galley'],
  ['istio-citadel', 'citadel', 'citadel', 'citadel'],
  ['istio-sidecar-injector', 'sidecar-injector', 'sidecar-injector-webhook', 'sidecar_injector'],
  ['istio-ingressgateway', 'ingressgateway', 'istio-proxy', 'proxyv2'],
] as const;

/** As much of a control plane of that version as tells what runs and is ready: Deployments, Services, and the two ConfigMaps. */
export function smallIstio(version: string): readonly K8sObject[] {
  const deployments = PARTS.map((part) => deployment(part, version));
  const services = PARTS.map(([name, istio]) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: NAMESPACE, name, labels: { istio } },
    spec: { selector: { istio }, ports: [{ name: 'https', port: 443, protocol: 'TCP' }] },
  }));
  return [
    namespaceObject(NAMESPACE),
    configMap('istio', { mesh: 'ingressClass: istio\n' }),
    configMap('istio-sidecar-injector', {
      config: 'policy: enabled\nalwaysInjectSelector: []\nneverInjectSelector: []\n',
    }),
    ...services,
    ...deployments,
  ];
}

/** Every part of the control plane at that version, and ready. */
export async function moveControlPlane(cluster: TestCluster, version: string): Promise<void> {
  await Promise.all(PARTS.map(([name]) => movePart(cluster, name, version)));
  await rolledOut(cluster, NAMESPACE);
}

/** One Deployment of the control plane at that version, ready or not. */
export async function movePart(cluster: TestCluster, name: string, version: string): Promise<void> {
  const part = PARTS.find(([deployment]) => deployment === name);
  if (part === undefined) throw new Error(`no ${name} in this control plane`);
  const { apiVersion, kind, metadata, spec } = deployment(part, version);
  await cluster.patch({ apiVersion, kind, metadata }, 'strategic-merge', { spec });
}

function deployment([name, istio, container, image]: (typeof PARTS)[number], version: string): K8sObject {
  const isGateway = image === 'proxyv2';
  const containers: JsonObject[] = [
    {
      name: container,
      image: `docker.io/istio/${image}:${version}`,
      args: isGateway ? ['proxy', 'router'] : ['serve'],
    },
  ];
  const template = { metadata: { labels: { istio, app: istio } }, spec: { containers } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: NAMESPACE, name, labels: { istio } },
    spec: { replicas: 1, selector: { matchLabels: { istio } }, template },
  };
}

function configMap(name: string, data: JsonObject): K8sObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: NAMESPACE, name }, data };
}
