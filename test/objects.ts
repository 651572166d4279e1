import type { Change } from '../src/core/change.ts';
import { isObject, type Json, type JsonObject } from '../src/core/json.ts';
import { type K8sObject, parseApiVersion, refOf } from '../src/core/object.ts';
import { PLAN_SCHEMA, type Plan } from '../src/core/plan.ts';
import type { ApiResource } from '../src/core/resources.ts';
import type { Reason } from '../src/core/wish.ts';

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

/** An entry of `metadata.managedFields`. */
export function owned(manager: string, fieldsV1: JsonObject, operation: 'Apply' | 'Update' = 'Update'): JsonObject {
  return {
    manager,
    operation,
    apiVersion: 'v1',
    time: '2019-06-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1,
  };
}

/** The same object as a server with that record of owners has it. */
export function ownedObject(target: K8sObject, ...managedFields: readonly JsonObject[]): K8sObject {
  return { ...target, metadata: { ...target.metadata, managedFields } };
}

export function resourceOf(target: K8sObject, isNamespaced = target.metadata.namespace !== undefined): ApiResource {
  const { kind, apiVersion } = target;
  return {
    ...parseApiVersion(apiVersion),
    kind,
    resource: `${kind.toLowerCase()}s`,
    namespaced: isNamespaced,
    verbs: ['get', 'list', 'patch', 'update', 'create', 'delete'],
  };
}

export function reason(rule = 'a-rule', why = 'a rule wants it'): Reason {
  return { rule, why, docs: `https://example.org/${rule}` };
}

/** An update of one object, with what a test cares about. */
export function change(
  before: K8sObject,
  after: K8sObject,
  parts: Partial<Omit<Change, 'op' | 'before' | 'after'>> = {},
) {
  const shared = {
    ref: refOf(after),
    resource: resourceOf(after),
    phase: 'control-plane',
    stage: 'write',
    because: [reason()],
    prediction: 'server',
    conflicts: [],
    notes: [],
    steps: [{ do: 'apply', body: after }],
  } as const;
  return { ...shared, ...parts, op: 'update', before, after } as const;
}

/** A plan of these changes. */
export function planOf(changes: readonly Change[], parts: Partial<Plan> = {}): Plan {
  return {
    schema: PLAN_SCHEMA,
    from: '1.1.17',
    to: '1.2.10',
    istioNamespace: 'istio-system',
    cluster: { address: 'https://127.0.0.1:6443', version: 'v1.20.2' },
    phases: ['crds', 'config', 'control-plane'],
    changes,
    unchanged: [],
    restsOn: [],
    skipped: [],
    leftovers: [],
    problems: [],
    checks: [],
    ignored: [],
    mtls: [],
    awaited: { crds: [], config: [], 'control-plane': [], 'data-plane': [] },
    ...parts,
  };
}
