import { isObject, type Json, type JsonObject } from '../src/core/json.ts';
import type { K8sObject } from '../src/core/object.ts';

/** An object for a test: apiVersion, kind, `namespace/name` or `name`, and whatever else it has. */
export function object(apiVersion: string, kind: string, path: string, rest: JsonObject = {}): K8sObject {
  const [first = '', second] = path.split('/');
  const identity = second === undefined ? { name: first } : { namespace: first, name: second };
  const metadata: Json | undefined = rest.metadata;
  return { ...rest, apiVersion, kind, metadata: { ...(isObject(metadata) ? metadata : {}), ...identity } };
}

export interface DeploymentParts {
  readonly labels?: Readonly<Record<string, string>>;
  readonly selector?: Readonly<Record<string, string>>;
  readonly replicas?: number;
  readonly image?: string;
  readonly metadata?: JsonObject;
}

/** A Deployment of one container, small but whole. */
export function deployment(
  path: string,
  {
    labels = { app: 'x' },
    selector,
    replicas,
    image = 'docker.io/istio/pilot:1.1.17',
    metadata = {},
  }: DeploymentParts = {},
): K8sObject {
  return object('apps/v1', 'Deployment', path, {
    metadata,
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { ...(selector ?? labels) } },
      template: { metadata: { labels: { ...labels } }, spec: { containers: [{ name: 'discovery', image }] } },
    },
  });
}

/** A ReplicaSet that a Deployment controls, or an orphan when `owner` is not given. */
export function replicaSet(
  path: string,
  labels: Readonly<Record<string, string>>,
  { owner, replicas = 1 }: { owner?: string; replicas?: number } = {},
): K8sObject {
  const ownerReferences =
    owner === undefined
      ? {}
      : { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: 'u', controller: true }] };
  return object('apps/v1', 'ReplicaSet', path, {
    metadata: { labels: { ...labels }, ...ownerReferences },
    spec: { replicas },
  });
}
