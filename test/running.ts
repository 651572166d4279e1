import { listAt, numberAt, objectAt, valueAt } from '../src/core/json.ts';
import { type K8sObject, labelsOf, parseApiVersion } from '../src/core/object.ts';
import { isBuiltIn } from '../src/fields/list-types.ts';
import { object, replicaSet } from './objects.ts';

/**
 * The same objects in a cluster where everything runs: Deployments have their ReplicaSet and pods, those of injected namespaces with a sidecar,
 * Services with a selector an endpoint, and kinds of one's own a definition.
 * @param sidecar the image that the webhook injects
 */
export function running(objects: readonly K8sObject[], sidecar: string): readonly K8sObject[] {
  const injected = new Set(
    objects
      .filter((one) => one.kind === 'Namespace' && labelsOf(one)['istio-injection'] === 'enabled')
      .map(({ metadata }) => metadata.name),
  );
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  const pods = deployments.flatMap((one) => podsOf(one, injected, sidecar));
  return [
    ...objects,
    ...deployments.map(replicaSetOf),
    ...pods,
    ...objects.flatMap(endpointsOf),
    ...definitionsFor(objects),
  ];
}

const HASH = '5d4';

function replicaSetOf({ metadata: { namespace, name }, spec }: K8sObject): K8sObject {
  const labels = { ...labelsOf(objectAt(valueAt(spec, 'template'))), 'pod-template-hash': HASH };
  return replicaSet(`${namespace}/${name}-${HASH}`, labels, { owner: name });
}

function podsOf(deployment: K8sObject, injected: ReadonlySet<string>, sidecar: string): readonly K8sObject[] {
  const { namespace = '', name } = deployment.metadata;
  const template = objectAt(valueAt(deployment, 'spec', 'template'));
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${HASH}`, uid: 'u', controller: true };
  const containers = [
    ...listAt(valueAt(template, 'spec', 'containers')),
    ...(injected.has(namespace) ? [{ name: 'istio-proxy', image: sidecar, args: ['proxy', 'sidecar'] }] : []),
  ];
  return Array.from({ length: numberAt(valueAt(deployment, 'spec', 'replicas')) ?? 1 }, (_, index) =>
    object('v1', 'Pod', `${namespace}/${name}-${HASH}-${index}`, {
      metadata: {
        ...objectAt(template.metadata),
        labels: { ...labelsOf(template), 'pod-template-hash': HASH },
        ownerReferences: [owner],
      },
      spec: { ...objectAt(template.spec), containers },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    }),
  );
}

function endpointsOf({ kind, metadata: { namespace = '', name }, spec }: K8sObject): readonly K8sObject[] {
  if (kind !== 'Service' || valueAt(spec, 'selector') === undefined) return [];
  const ports = listAt(valueAt(spec, 'ports')).map((port) => ({ name: valueAt(port, 'name'), port: 443 }));
  return [object('v1', 'Endpoints', `${namespace}/${name}`, { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports }] })];
}

/** A server serves a kind of one's own only where its definition is. */
export function definitionsFor(objects: readonly K8sObject[]): readonly K8sObject[] {
  const defined = new Set(
    objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ spec }) => kindKey(spec)),
  );
  const custom = objects.filter(({ apiVersion }) => !isBuiltIn(parseApiVersion(apiVersion)));
  const kinds = new Map(custom.map((one) => [`${parseApiVersion(one.apiVersion).group} ${one.kind}`, one]));
  return [...kinds].flatMap(([key, one]) => (defined.has(key) ? [] : [definitionOf(one)]));
}

function kindKey(spec: K8sObject['spec']): string {
  return `${valueAt(spec, 'group')} ${valueAt(spec, 'names', 'kind')}`;
}

function definitionOf({ apiVersion, kind, metadata }: K8sObject): K8sObject {
  const { group, version } = parseApiVersion(apiVersion);
  const plural = `${kind.toLowerCase()}s`;
  return object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `${plural}.${group}`, {
    spec: {
      group,
      scope: metadata.namespace === undefined ? 'Cluster' : 'Namespaced',
      names: { kind, plural },
      versions: [{ name: version, served: true, storage: true }],
    },
  });
}
