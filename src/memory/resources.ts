import { isObject, type Json, listAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, parseApiVersion } from '../core/object.ts';
import type { ApiResource, ApiResources } from '../core/resources.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'] as const;

// What a Kubernetes 1.20 server serves, in its order of preference; `Kind=plural`, cluster-scoped kinds with an asterisk.
const SERVED: readonly (readonly [string, string])[] = [
  [
    'v1',
    'ConfigMap=configmaps Endpoints=endpoints Event=events LimitRange=limitranges Namespace=namespaces* Node=nodes* ' +
      'PersistentVolume=persistentvolumes* PersistentVolumeClaim=persistentvolumeclaims Pod=pods PodTemplate=podtemplates ' +
      'ReplicationController=replicationcontrollers ResourceQuota=resourcequotas Secret=secrets Service=services ServiceAccount=serviceaccounts',
  ],
  ['apiregistration.k8s.io/v1', 'APIService=apiservices*'],
  ['apiregistration.k8s.io/v1beta1', 'APIService=apiservices*'],
  [
    'apps/v1',
    'Deployment=deployments DaemonSet=daemonsets ReplicaSet=replicasets StatefulSet=statefulsets ControllerRevision=controllerrevisions',
  ],
  ['events.k8s.io/v1', 'Event=events'],
  ['autoscaling/v1', 'HorizontalPodAutoscaler=horizontalpodautoscalers'],
  ['autoscaling/v2beta1', 'HorizontalPodAutoscaler=horizontalpodautoscalers'],
  ['autoscaling/v2beta2', 'HorizontalPodAutoscaler=horizontalpodautoscalers'],
  ['batch/v1', 'Job=jobs'],
  ['batch/v1beta1', 'CronJob=cronjobs'],
  ['certificates.k8s.io/v1', 'CertificateSigningRequest=certificatesigningrequests*'],
  ['networking.k8s.io/v1', 'NetworkPolicy=networkpolicies Ingress=ingresses IngressClass=ingressclasses*'],
  ['networking.k8s.io/v1beta1', 'Ingress=ingresses IngressClass=ingressclasses*'],
  ['extensions/v1beta1', 'Ingress=ingresses'],
  ['policy/v1beta1', 'PodDisruptionBudget=poddisruptionbudgets PodSecurityPolicy=podsecuritypolicies*'],
  [
    'rbac.authorization.k8s.io/v1',
    'ClusterRole=clusterroles* ClusterRoleBinding=clusterrolebindings* Role=roles RoleBinding=rolebindings',
  ],
  [
    'rbac.authorization.k8s.io/v1beta1',
    'ClusterRole=clusterroles* ClusterRoleBinding=clusterrolebindings* Role=roles RoleBinding=rolebindings',
  ],
  ['storage.k8s.io/v1', 'StorageClass=storageclasses*'],
  [
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration=mutatingwebhookconfigurations* ValidatingWebhookConfiguration=validatingwebhookconfigurations*',
  ],
  [
    'admissionregistration.k8s.io/v1beta1',
    'MutatingWebhookConfiguration=mutatingwebhookconfigurations* ValidatingWebhookConfiguration=validatingwebhookconfigurations*',
  ],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition=customresourcedefinitions*'],
  ['apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition=customresourcedefinitions*'],
  ['scheduling.k8s.io/v1', 'PriorityClass=priorityclasses*'],
  ['coordination.k8s.io/v1', 'Lease=leases'],
  ['discovery.k8s.io/v1beta1', 'EndpointSlice=endpointslices'],
];

// Kinds that moved to another group, where they are the same objects.
const MOVED: Readonly<Record<string, string>> = {
  'extensions Deployment': 'apps',
  'extensions DaemonSet': 'apps',
  'extensions ReplicaSet': 'apps',
  'extensions Ingress': 'networking.k8s.io',
  'extensions NetworkPolicy': 'networking.k8s.io',
  'extensions PodSecurityPolicy': 'policy',
  'events.k8s.io Event': '',
};

const BUILT_IN: readonly ApiResource[] = SERVED.flatMap(([apiVersion, kinds]) =>
  kinds.split(' ').map((text) => builtIn(apiVersion, text)),
);

/** The built-in resources and those of the CustomResourceDefinitions among the objects. */
export function resourcesOf(objects: Iterable<K8sObject>): ApiResources {
  const definitions = [...objects].filter(
    ({ kind, apiVersion }) =>
      kind === 'CustomResourceDefinition' && parseApiVersion(apiVersion).group === 'apiextensions.k8s.io',
  );
  return { all: [...BUILT_IN, ...definitions.flatMap(customResources)] };
}

/** The group under which a kind is kept, whatever the group it is read or written in. */
export function storageGroup(group: string, kind: string): string {
  return MOVED[`${group} ${kind}`] ?? group;
}

/** Resources of one CustomResourceDefinition, v1 or v1beta1, its versions in the server's order. */
export function customResources(definition: K8sObject): readonly ApiResource[] {
  const text = (...path: string[]) => stringAt(valueAt(definition, 'spec', ...path)) ?? '';
  const resource = {
    group: text('group'),
    kind: text('names', 'kind'),
    resource: text('names', 'plural'),
    namespaced: text('scope') !== 'Cluster',
    verbs: VERBS,
  };
  return servedVersionNames(definition)
    .toSorted(byPriority)
    .map((version) => ({ ...resource, version }));
}

function builtIn(apiVersion: string, text: string): ApiResource {
  const [kind = '', plural = ''] = text.split('=');
  return {
    ...parseApiVersion(apiVersion),
    kind,
    resource: plural.replace('*', ''),
    namespaced: !plural.endsWith('*'),
    verbs: VERBS,
  };
}

function servedVersionNames(definition: K8sObject): readonly string[] {
  const versions = listAt(valueAt(definition, 'spec', 'versions'));
  const only = stringAt(valueAt(definition, 'spec', 'version'));
  const served = versions.filter((version) => isObject(version) && version.served !== false).flatMap(nameOf);
  return versions.length === 0 && only !== undefined ? [only] : served;
}

function nameOf(version: Json): readonly string[] {
  const name = stringAt(valueAt(version, 'name'));
  return name === undefined ? [] : [name];
}

/** Stable before beta before alpha, newer before older: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority */
function byPriority(a: string, b: string): number {
  const [left, right] = [priority(a), priority(b)];
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return other - value;
  }
  return a < b ? -1 : 1;
}

function priority(version: string): readonly number[] {
  const [, major, level, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  if (major === undefined) return [0, 0, 0];
  const stability = level === undefined ? 3 : level === 'beta' ? 2 : 1;
  return [stability, Number(major), Number(minor ?? 0)];
}
