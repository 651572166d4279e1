import {
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  sameJson,
  stringAt,
  valueAt,
  withoutValue,
} from '../core/json.ts';
import {
  apiVersionOf,
  type K8sObject,
  type ObjectRef,
  parseApiVersion,
  refOf,
  refText,
  resourceVersionOf,
  uidOf,
} from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';
import { isBuiltIn } from '../fields/list-types.ts';
import { settledStatus } from './controllers.ts';
import { resourcesOf, storageGroup } from './resources.ts';

// Kinds of the API server itself that count their changes; custom resources all do.
const COUNTED = [
  'CustomResourceDefinition',
  'DaemonSet',
  'Deployment',
  'Ingress',
  'MutatingWebhookConfiguration',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'ReplicaSet',
  'StatefulSet',
  'ValidatingWebhookConfiguration',
];
const WITH_STATUS = ['Deployment', 'DaemonSet', 'ReplicaSet', 'StatefulSet', 'CustomResourceDefinition'];

/** The objects of a snapshot by kind and name, with the metadata that a server keeps. */
export class ObjectStore {
  readonly #objects = new Map<string, K8sObject>();
  readonly #now: () => number;
  #version: number;
  #made = 0;

  /** @param now milliseconds since the epoch */
  constructor(objects: readonly K8sObject[], now: () => number) {
    this.#now = now;
    this.#version = Math.max(0, ...objects.map((object) => Number(resourceVersionOf(object) ?? 0) || 0));
    const resources = resourcesOf(objects).all;
    for (const object of objects) {
      const namespaced = resources.find(
        ({ group, kind }) => group === parseApiVersion(object.apiVersion).group && kind === object.kind,
      )?.namespaced;
      const placed = inPlace(object, namespaced);
      this.#objects.set(keyOf(refOf(placed)), this.#loaded(placed));
    }
  }

  all(): readonly K8sObject[] {
    return [...this.#objects.values()];
  }

  /** The object as the version of the resource shows it; only the apiVersion differs. */
  get(resource: ApiResource, { namespace, name }: Pick<ObjectRef, 'namespace' | 'name'>): K8sObject | undefined {
    const object = this.#objects.get(keyOf({ ...resource, namespace: resource.namespaced ? namespace : '', name }));
    return object && { ...object, apiVersion: apiVersionOf(resource) };
  }

  /** Objects of a resource by namespace and name. */
  list(resource: ApiResource): readonly K8sObject[] {
    const group = storageGroup(resource.group, resource.kind);
    const found = this.all().filter(
      (object) =>
        object.kind === resource.kind && storageGroup(parseApiVersion(object.apiVersion).group, object.kind) === group,
    );
    const sorted = found.toSorted((a, b) => (refText(refOf(a)) < refText(refOf(b)) ? -1 : 1));
    return sorted.map((object) => ({ ...object, apiVersion: apiVersionOf(resource) }));
  }

  /** `next` with the metadata and status that a server would store; the live object itself where nothing changed. */
  stamped(live: K8sObject | undefined, next: K8sObject): K8sObject {
    const metadata = live === undefined ? this.#newMetadata() : keptMetadata(live);
    const { resourceVersion: _sent, generation: _counted, deletionTimestamp: _never, ...rest } = next.metadata;
    const stored: K8sObject = { ...next, metadata: { ...rest, ...metadata, name: next.metadata.name } };
    if (live !== undefined && sameJson(stored, { ...live, apiVersion: stored.apiVersion })) return live;
    const counted = counts(next) ? { generation: generationOf(live, stored) } : {};
    return { ...stored, metadata: { ...stored.metadata, ...counted, resourceVersion: String(this.#version + 1) } };
  }

  /** Stores an object that `stamped` made, after its controller had its turn. */
  put(object: K8sObject): K8sObject {
    const key = keyOf(refOf(object));
    const live = this.#objects.get(key);
    if (live && resourceVersionOf(live) === resourceVersionOf(object))
      return { ...live, apiVersion: object.apiVersion };
    this.#version += 1;
    const stored = settledStatus(object);
    this.#objects.set(key, stored);
    return stored;
  }

  delete(object: K8sObject): void {
    this.#objects.delete(keyOf(refOf(object)));
    this.#version += 1;
  }

  /** Objects that name this one as an owner. */
  dependentsOf(owner: K8sObject): readonly K8sObject[] {
    const uid = uidOf(owner);
    return this.all().filter((object) =>
      listAt(object.metadata.ownerReferences).some((reference) => valueAt(reference, 'uid') === uid),
    );
  }

  /** Takes the owner out of an object's owner references. */
  disown(dependent: K8sObject, owner: K8sObject): K8sObject {
    const left = listAt(dependent.metadata.ownerReferences).filter(
      (reference) => valueAt(reference, 'uid') !== uidOf(owner),
    );
    const { ownerReferences: _owners, ...metadata } = dependent.metadata;
    const references = left.length === 0 ? {} : { ownerReferences: left };
    const orphan = { ...dependent, metadata: { ...metadata, name: dependent.metadata.name, ...references } };
    return this.put(this.stamped(dependent, orphan));
  }

  #loaded(object: K8sObject): K8sObject {
    const { uid, creationTimestamp, resourceVersion, generation } = object.metadata;
    const made = {
      uid: stringAt(uid) ?? this.#newUid(),
      creationTimestamp: stringAt(creationTimestamp) ?? timeText(0),
      resourceVersion: stringAt(resourceVersion) ?? String(++this.#version),
      ...(counts(object) ? { generation: numberAt(generation) ?? 1 } : {}),
    };
    const complete: K8sObject = { ...object, metadata: { ...object.metadata, ...made } };
    return WITH_STATUS.includes(object.kind) && object.status === undefined ? settledStatus(complete) : complete;
  }

  #newMetadata(): JsonObject {
    return { uid: this.#newUid(), creationTimestamp: timeText(this.#now()) };
  }

  #newUid(): string {
    this.#made += 1;
    const uid = `00000000-0000-4000-8000-${String(this.#made).padStart(12, '0')}`;
    return this.all().some((object) => uidOf(object) === uid) ? this.#newUid() : uid;
  }
}

function keyOf({ group, kind, namespace, name }: ObjectRef): string {
  return [storageGroup(group, kind), kind, namespace, name].join('\n');
}

/** Where a namespaced object without a namespace goes, and a cluster-scoped one with one; kinds that nobody knows stay as they are. */
function inPlace(object: K8sObject, namespaced: boolean | undefined): K8sObject {
  const { namespace, name } = object.metadata;
  if (namespaced === true && !namespace) return { ...object, metadata: { ...object.metadata, namespace: 'default' } };
  if (namespaced !== false || namespace === undefined) return object;
  return { ...object, metadata: { ...withoutValue(object.metadata, ['namespace']), name } };
}

function keptMetadata({ metadata: { uid, creationTimestamp, resourceVersion, generation } }: K8sObject): JsonObject {
  return { uid, creationTimestamp, resourceVersion, ...(generation === undefined ? {} : { generation }) };
}

function counts({ apiVersion, kind }: K8sObject): boolean {
  return COUNTED.includes(kind) || !isBuiltIn(parseApiVersion(apiVersion));
}

function generationOf(live: K8sObject | undefined, next: K8sObject): number {
  if (live === undefined) return 1;
  const generation = numberAt(live.metadata.generation) ?? 1;
  return sameJson(content(live), content(next)) ? generation : generation + 1;
}

/** What a change of makes a new generation. */
function content(object: K8sObject): JsonObject {
  const { apiVersion: _version, metadata: _metadata, status: _status, ...rest } = object;
  return objectAt(rest);
}

function timeText(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
}
