import type { JsonObject } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';

export interface WorkloadParts {
  readonly replicas?: number;
  /** What else its spec has. */
  readonly spec?: JsonObject;
  /** Of its pods. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What else the spec of its pods has. */
  readonly pod?: JsonObject;
}

export type RollingKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

const CONTAINERS = [{ name: 'app', image: 'example.com/app:1', ports: [{ containerPort: 8080, protocol: 'TCP' }] }];

/** A workload of one container, whose pods have the label `app` with its name. `path` is `namespace/name`. */
export function workload(kind: RollingKind, path: string, parts: WorkloadParts = {}): K8sObject {
  const { replicas, spec = {} } = parts;
  const { name, namespace } = named(path);
  const selector = { matchLabels: { app: name } };
  const wanted = replicas === undefined ? {} : { replicas };
  const governed = kind === 'StatefulSet' ? { serviceName: name } : {};
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { namespace, name, labels: { app: name } },
    spec: { ...wanted, ...governed, selector, template: podTemplate(path, parts), ...spec },
  };
}

/** `metadata` and `spec` of its pods. */
export function podTemplate(path: string, { annotations = {}, pod = {} }: WorkloadParts = {}): JsonObject {
  return { metadata: { labels: { app: named(path).name }, annotations }, spec: { containers: CONTAINERS, ...pod } };
}

/** The Service that selects a workload's pods; a StatefulSet's has no address of its own. */
export function serviceOf({ kind, metadata }: K8sObject): K8sObject {
  const { name, namespace = '' } = metadata;
  const clusterIP = kind === 'StatefulSet' ? { clusterIP: 'None' } : {};
  const ports = [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }];
  const spec = { selector: { app: name }, ports, ...clusterIP };
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name }, spec };
}

export function namespaceObject(name: string, labels: Readonly<Record<string, string>> = {}): K8sObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

function named(path: string): { readonly name: string; readonly namespace: string } {
  const [namespace = '', name = ''] = path.split('/');
  return { name, namespace };
}
