import { objectAt, valueAt } from '../../../core/json.ts';
import { type K8sObject, labelsOf, parseApiVersion, refOf, refText } from '../../../core/object.ts';
import { find } from '../../../core/snapshot.ts';
import type { AdmissionRequest } from '../../../mesh/admission-webhooks.ts';
import type { Labels } from '../../../mesh/pod-labels.ts';
import { resourceNameOf } from '../../../mesh/resource-name.ts';
import type { CheckContext } from '../../../plan/check.ts';
import { whyNotApplied } from '../hooks.ts';

/** A request that admission webhooks may refuse, and how it is called. */
export interface ComingRequest extends AdmissionRequest {
  readonly text: string;
}

const POD = { group: '', kind: 'Pod' };
// Kinds of Istio's manifests that lie in no namespace, whatever the manifests say.
const CLUSTER_SCOPED = [
  'Namespace',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'MeshPolicy',
  'ClusterRbacConfig',
];
// The server asks no webhook about webhooks.
const NEVER_ASKED = 'admissionregistration.k8s.io';

/** What the upgrade is going to write, and the pods that follow from it, as far as that is known beforehand. Without phases, all of it. */
export function comingRequests(context: CheckContext): readonly ComingRequest[] {
  const { phases, target, postInstall, dataPlane } = context;
  const isIn = (phase: (typeof phases)[number]) => phases.length === 0 || phases.includes(phase);
  const objects = [...target.objects, ...postInstall].map(({ object }) => object).filter(isWritten);
  const written = objects.filter(({ kind }) => isIn(kind === 'CustomResourceDefinition' ? 'crds' : 'control-plane'));
  const workloads = [
    ...(isIn('control-plane') ? controlPlane(context) : []),
    ...(dataPlane === undefined ? [] : dataPlane.live.values()),
  ];
  const all = [...written, ...workloads].flatMap((object) => requestsFor(object, context));
  return [...new Map(all.map((one) => [one.text, one])).values()].sort((a, b) => (a.text < b.text ? -1 : 1));
}

/** A pod with a sidecar in a namespace, about which nothing else is known. */
export function podRequest(namespace: string, context: CheckContext): ComingRequest {
  return {
    ...resourceNameOf(POD),
    text: `pods in ${namespace}`,
    operations: ['CREATE'],
    namespace: namespaceLabels(namespace, context),
    labels: undefined,
  };
}

function isWritten(object: K8sObject): boolean {
  return whyNotApplied(object) === undefined && parseApiVersion(object.apiVersion).group !== NEVER_ASKED;
}

/** Whatever the target is: these are rolled out anew. */
function controlPlane({ mesh }: CheckContext): readonly K8sObject[] {
  return mesh.components.flatMap(({ ref }) => find(mesh.snapshot, ref) ?? []);
}

function requestsFor(object: K8sObject, context: CheckContext): readonly ComingRequest[] {
  const { mesh } = context;
  const namespace = CLUSTER_SCOPED.includes(object.kind) ? '' : (object.metadata.namespace ?? mesh.istioNamespace);
  const name = resourceNameOf(refOf(object));
  const ref = { ...refOf(object), group: name.group, namespace };
  const template = objectAt(valueAt(object, 'spec', 'template'));
  // A workload may have to be deleted and made anew.
  const isUpdate = find(mesh.snapshot, ref) !== undefined && template.spec === undefined;
  const own: ComingRequest = {
    ...name,
    text: refText(ref),
    operations: isUpdate ? ['UPDATE'] : ['CREATE', 'UPDATE'],
    namespace: namespace === '' ? 'none' : namespaceLabels(namespace, context),
    labels: labelsOf(object),
  };
  if (template.spec === undefined) return [own];
  return [own, { ...podRequest(namespace, context), text: `pods of ${refText(ref)}`, labels: labelsOf(template) }];
}

function namespaceLabels(name: string, { mesh }: CheckContext): Labels | undefined {
  const namespace = find(mesh.snapshot, { group: '', kind: 'Namespace', namespace: '', name });
  return namespace === undefined ? undefined : labelsOf(namespace);
}
