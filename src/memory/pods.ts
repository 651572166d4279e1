import { isObject, type Json, type JsonObject, listAt, objectAt, sameJson, stringAt, valueAt } from '../core/json.ts';
import { annotationsOf, type K8sObject, labelsOf } from '../core/object.ts';

const PROXY = 'istio-proxy';
const STATUS = 'sidecar.istio.io/status';
/** Kinds that make pods. */
export const MAKERS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Whether a change of a workload's template makes its controller replace its pods. */
export function replacesPods(before: K8sObject | undefined, after: K8sObject): boolean {
  if (before === undefined || !MAKERS.includes(after.kind)) return false;
  const isOnDelete = valueAt(after, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  return !isOnDelete && !sameJson(valueAt(before, 'spec', 'template'), valueAt(after, 'spec', 'template'));
}

/** Whether a pod was made by a workload, by its owner's name. */
export function isPodOf(workload: K8sObject, pod: K8sObject): boolean {
  if (pod.kind !== 'Pod' || pod.metadata.namespace !== workload.metadata.namespace) return false;
  const owner = listAt(pod.metadata.ownerReferences).find((one) => valueAt(one, 'controller') === true);
  const [kind, name] = [valueAt(owner, 'kind'), stringAt(valueAt(owner, 'name'))];
  if (workload.kind !== 'Deployment') return kind === workload.kind && name === workload.metadata.name;
  return kind === 'ReplicaSet' && name === `${workload.metadata.name}-${labelsOf(pod)['pod-template-hash']}`;
}

/**
 * The pod as its workload makes it now. What injection had added stays, with the sidecar's image at the injector's release; a sidecar that
 * stands in the template is the template's, where the webhook does not replace it.
 */
export function madeAnew(pod: K8sObject, workload: K8sObject, { release, isInjected }: Injection): K8sObject {
  const template = objectAt(valueAt(workload, 'spec', 'template'));
  const own = listAt(valueAt(template, 'spec', 'containers'));
  const names = own.map(nameOf);
  const added = listAt(valueAt(pod, 'spec', 'containers')).filter((container) => !names.includes(nameOf(container)));
  const injected = annotationsOf(pod)[STATUS];
  const annotations = {
    ...objectAt(valueAt(template, 'metadata', 'annotations')),
    ...(injected === undefined ? {} : { [STATUS]: injected }),
  };
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, ...metadata } = pod.metadata;
  const containers = [
    ...(isInjected ? own.map((container) => atRelease(container, release)) : own),
    ...added.map((container) => atRelease(container, release)),
  ];
  return {
    ...pod,
    metadata: { ...metadata, name: pod.metadata.name, annotations },
    spec: { ...objectAt(pod.spec), containers },
  };
}

export interface Injection {
  /** The tag of the injector's image; undefined where nothing injects. */
  readonly release: string | undefined;
  /** The namespace has the label by which the webhook selects it. */
  readonly isInjected: boolean;
}

/** What injection does in a namespace, by the objects that are there. */
export function injectionIn(namespace: string | undefined, objects: readonly K8sObject[]): Injection {
  const home = objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace);
  return {
    release: injectorRelease(objects),
    isInjected: home !== undefined && labelsOf(home)['istio-injection'] === 'enabled',
  };
}

function injectorRelease(objects: readonly K8sObject[]): string | undefined {
  const injector = objects.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'istio-sidecar-injector',
  );
  const image = stringAt(valueAt(injector, 'spec', 'template', 'spec', 'containers', 0, 'image'));
  return image === undefined ? undefined : /:([^:/]+)$/.exec(image)?.[1];
}

function atRelease(container: Json, release: string | undefined): Json {
  const image = stringAt(valueAt(container, 'image'));
  if (!isObject(container) || nameOf(container) !== PROXY || release === undefined || image === undefined)
    return container;
  return retagged(container, image.replace(/:[^:/]+$/, `:${release}`));
}

function retagged(container: JsonObject, image: string): JsonObject {
  return { ...container, image };
}

function nameOf(container: Json): string | undefined {
  return stringAt(valueAt(container, 'name'));
}
