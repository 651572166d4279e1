import type { GroupVersion } from '../core/object.ts';
import type { ListType } from './list-items.ts';

/** What is special about the fields of a kind, by path of field names; items of lists add nothing to a path. */
export interface ListTypes {
  /** All other lists are atomic. */
  readonly lists: ReadonlyMap<string, ListType>;
  /** All other maps are merged key by key. */
  readonly atomicMaps: ReadonlySet<string>;
}

type Lists = Readonly<Record<string, ListType>>;
interface Special {
  readonly lists?: Lists;
  readonly atomicMaps?: readonly string[];
}

// From the OpenAPI document of Kubernetes 1.20: x-kubernetes-list-type and -map-keys, else x-kubernetes-patch-merge-key and -strategy.
const CONTAINER: Lists = { env: ['name'], volumeMounts: ['mountPath'], volumeDevices: ['devicePath'] };
const PORTS: Lists = { ports: ['containerPort', 'protocol'] };
const METADATA: Lists = { finalizers: 'set', ownerReferences: ['uid'] };
const CONDITIONS: Lists = { 'status.conditions': ['type'] };

const POD_SPEC: Lists = {
  containers: ['name'],
  ...within('containers', { ...CONTAINER, ...PORTS }),
  initContainers: ['name'],
  ...within('initContainers', { ...CONTAINER, ...PORTS }),
  ephemeralContainers: ['name'],
  ...within('ephemeralContainers', CONTAINER),
  hostAliases: ['ip'],
  imagePullSecrets: ['name'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  volumes: ['name'],
  ...within('volumes.ephemeral.volumeClaimTemplate.metadata', METADATA),
};
const POD_SPEC_ATOMIC_MAPS = [
  'topologySpreadConstraints.labelSelector',
  'volumes.ephemeral.volumeClaimTemplate.spec.selector',
];

const POD_TEMPLATES = ['template', 'spec.template', 'spec.jobTemplate.spec.template'];

/** Structs and lists that an object has before anything is in them, so that nobody adds them: they are no pointers in the server's types. */
export const ALWAYS_THERE: ReadonlySet<string> = new Set([
  'spec',
  'status',
  'roleRef',
  'spec.containers',
  'spec.jobTemplate',
  'spec.jobTemplate.metadata',
  'spec.jobTemplate.spec',
  'spec.names',
  'spec.scaleTargetRef',
  'spec.strategy',
  'spec.updateStrategy',
  ...POD_TEMPLATES.flatMap((template) => [
    template,
    `${template}.metadata`,
    `${template}.spec`,
    `${template}.spec.containers`,
  ]),
]);

const WEBHOOKS: Special = {
  lists: { webhooks: ['name'] },
  atomicMaps: ['webhooks.namespaceSelector', 'webhooks.objectSelector'],
};

const KINDS: Readonly<Record<string, Special>> = {
  Pod: { lists: { ...podSpec('spec'), ...CONDITIONS, 'status.podIPs': ['ip'] }, atomicMaps: podSpecMaps('spec') },
  PodTemplate: podTemplate('template'),
  Deployment: workload('spec.template'),
  ReplicaSet: workload('spec.template'),
  StatefulSet: workload('spec.template'),
  DaemonSet: workload('spec.template'),
  Job: workload('spec.template'),
  ReplicationController: withLists(podTemplate('spec.template'), CONDITIONS),
  CronJob: withMaps(
    withLists(podTemplate('spec.jobTemplate.spec.template'), within('spec.jobTemplate.metadata', METADATA)),
    ['spec.jobTemplate.spec.selector'],
  ),
  Service: { lists: { 'spec.ports': ['port', 'protocol'], ...CONDITIONS } },
  ServiceAccount: { lists: { secrets: ['name'] } },
  Namespace: { lists: CONDITIONS },
  Node: { lists: { ...CONDITIONS, 'spec.podCIDRs': 'set', 'status.addresses': ['type'] } },
  PersistentVolumeClaim: { lists: CONDITIONS, atomicMaps: ['spec.selector'] },
  PodDisruptionBudget: { atomicMaps: ['spec.selector'] },
  NetworkPolicy: { atomicMaps: ['spec.podSelector'] },
  MutatingWebhookConfiguration: WEBHOOKS,
  ValidatingWebhookConfiguration: WEBHOOKS,
  APIService: { lists: CONDITIONS },
  CertificateSigningRequest: { lists: CONDITIONS },
  ComponentStatus: { lists: { conditions: ['type'] } },
  CSINode: { lists: { 'spec.drivers': ['name'] } },
  FlowSchema: { lists: CONDITIONS },
  PriorityLevelConfiguration: { lists: CONDITIONS },
};

const BUILT_IN_GROUPS = [
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'extensions',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
];

/** Whether the API server itself brings the group; the kinds of any other group are custom resources. */
export function isBuiltIn({ group }: Pick<GroupVersion, 'group'>): boolean {
  return BUILT_IN_GROUPS.includes(group);
}

const tables = new Map<string, ListTypes>();

/** The list types of a built-in kind. */
export function listTypesOf(kind: string): ListTypes {
  const known = tables.get(kind);
  if (known) return known;
  const { lists = {}, atomicMaps = [] } = (Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined) ?? {};
  const made: ListTypes = {
    lists: new Map(Object.entries({ ...within('metadata', METADATA), ...lists })),
    atomicMaps: new Set(atomicMaps),
  };
  tables.set(kind, made);
  return made;
}

function within(prefix: string, lists: Lists): Lists {
  return Object.fromEntries(Object.entries(lists).map(([path, type]) => [`${prefix}.${path}`, type]));
}

function podSpec(prefix: string): Lists {
  return within(prefix, POD_SPEC);
}

function podSpecMaps(prefix: string): readonly string[] {
  return POD_SPEC_ATOMIC_MAPS.map((path) => `${prefix}.${path}`);
}

function podTemplate(prefix: string): Special {
  return {
    lists: { ...podSpec(`${prefix}.spec`), ...within(`${prefix}.metadata`, METADATA) },
    atomicMaps: podSpecMaps(`${prefix}.spec`),
  };
}

function workload(template: string): Special {
  return withMaps(withLists(podTemplate(template), CONDITIONS), ['spec.selector']);
}

function withLists(special: Special, lists: Lists): Special {
  return { ...special, lists: { ...special.lists, ...lists } };
}

function withMaps(special: Special, atomicMaps: readonly string[]): Special {
  return { ...special, atomicMaps: [...(special.atomicMaps ?? []), ...atomicMaps] };
}
