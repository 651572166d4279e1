import { EXIT, UpgradeError } from '../core/errors.ts';
import { type JsonObject, listAt, objectAt, stringAt, valueAt, withValue } from '../core/json.ts';
import { apiVersionOf, type K8sObject, kindText, parseApiVersion } from '../core/object.ts';
import { type ApiResource, type ApiResources, findResource, servedVersions } from '../core/resources.ts';
import type { Target, TargetObject } from '../core/target.ts';

export interface Served {
  readonly resource: ApiResource;
  readonly object: K8sObject;
}

// Kinds that moved to another API group without changing shape.
const MOVED: readonly { readonly kinds: readonly string[]; readonly from: string; readonly to: string }[] = [
  { kinds: ['Deployment', 'DaemonSet', 'ReplicaSet'], from: 'extensions', to: 'apps' },
  { kinds: ['Ingress', 'NetworkPolicy'], from: 'extensions', to: 'networking.k8s.io' },
  { kinds: ['PodSecurityPolicy'], from: 'extensions', to: 'policy' },
];

// Versions between which a kind only changed its name; between all others its fields changed, and guessing them is no upgrade.
const SAME_SHAPE: Readonly<Record<string, readonly string[]>> = {
  apps: ['v1beta1', 'v1beta2', 'v1'],
  'rbac.authorization.k8s.io': ['v1alpha1', 'v1beta1', 'v1'],
  policy: ['v1beta1', 'v1'],
  batch: ['v1beta1', 'v1'],
  'scheduling.k8s.io': ['v1beta1', 'v1'],
  'storage.k8s.io': ['v1beta1', 'v1'],
  'coordination.k8s.io': ['v1beta1', 'v1'],
};

/**
 * A manifest's object in a version that this server serves, in its namespace if it has one.
 * @param defaultNamespace for namespaced objects whose manifest names none
 * @throws UpgradeError (exit 3) where no version of the kind is served, or only one of another shape
 */
export function servedObject(
  { object, source }: TargetObject,
  resources: ApiResources,
  defaultNamespace: string,
): Served {
  const resource = findResource(resources, object.apiVersion, object.kind) ?? equivalent(object, source, resources);
  const { namespace, ...metadata } = object.metadata;
  const placed: K8sObject = {
    ...object,
    apiVersion: apiVersionOf(resource),
    metadata: resource.namespaced
      ? { ...metadata, namespace: namespace ?? defaultNamespace, name: metadata.name }
      : { ...metadata, name: metadata.name },
  };
  return { resource, object: withSelector(placed, object.apiVersion) };
}

function equivalent(object: K8sObject, source: string, resources: ApiResources): ApiResource {
  const { group } = parseApiVersion(object.apiVersion);
  const moved = MOVED.find(({ kinds, from }) => from === group && kinds.includes(object.kind));
  const kind = { group: moved?.to ?? group, kind: object.kind };
  const served = servedVersions(resources, kind);
  const shapes = SAME_SHAPE[kind.group] ?? [];
  const [match] =
    shapes.includes(parseApiVersion(object.apiVersion).version) || moved
      ? served.filter(({ version }) => moved !== undefined || shapes.includes(version))
      : [];
  if (match) return match;
  const versions = served.map(apiVersionOf).join(', ');
  const message =
    versions === ''
      ? `${source}: this server serves no version of ${kindText(kind)} (the manifest says ${object.apiVersion})`
      : `${source}: this server serves ${object.kind} as ${versions}, not as ${object.apiVersion}`;
  const hint =
    versions === ''
      ? 'is its CustomResourceDefinition among the files?'
      : 'render the manifests for this version of Kubernetes';
  throw new UpgradeError(message, { hint, exit: EXIT.blocked });
}

/** `extensions/v1beta1` and `apps/v1beta1` let the selector default to all labels of the pod template; `apps/v1` wants it said. */
function withSelector(object: K8sObject, writtenAs: string): K8sObject {
  const needsOne =
    ['Deployment', 'DaemonSet', 'ReplicaSet', 'StatefulSet'].includes(object.kind) &&
    object.apiVersion === 'apps/v1' &&
    writtenAs !== 'apps/v1';
  if (!needsOne || valueAt(object, 'spec', 'selector') !== undefined) return object;
  const labels = objectAt(valueAt(object, 'spec', 'template', 'metadata', 'labels'));
  return { ...object, spec: withValue(objectAt(object.spec), ['selector'], { matchLabels: labels }) };
}

/** The resources that CustomResourceDefinitions will add to a server once they are in. */
export function resourcesOfCrds(crds: readonly JsonObject[]): readonly ApiResource[] {
  return crds.flatMap((crd) => {
    const spec = objectAt(crd.spec);
    const listed = listAt(spec.versions).flatMap((version) =>
      valueAt(version, 'served') === false ? [] : (stringAt(valueAt(version, 'name')) ?? []),
    );
    const versions = listed.length > 0 ? listed : [stringAt(spec.version) ?? ''];
    return versions.map((version) => ({
      group: stringAt(spec.group) ?? '',
      version,
      kind: stringAt(valueAt(spec, 'names', 'kind')) ?? '',
      resource: stringAt(valueAt(spec, 'names', 'plural')) ?? '',
      namespaced: spec.scope !== 'Cluster',
      verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
    }));
  });
}

/** What a server serves with what it will once a target's CustomResourceDefinitions are in. */
export function withCrdsOf({ objects }: Target, served: ApiResources): ApiResources {
  const crds = objects.flatMap(({ object }) => (object.kind === 'CustomResourceDefinition' ? [object] : []));
  const coming = resourcesOfCrds(crds).filter((one) => findResource(served, apiVersionOf(one), one.kind) === undefined);
  return { all: [...served.all, ...coming] };
}
