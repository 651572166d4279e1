import type { Evictor } from '../app/evictor.ts';
import type { Cluster, DeleteOptions, JsonPatch, ListQuery, WriteOptions } from '../app/ports.ts';
import { FIELD_MANAGER } from '../core/field-manager.ts';
import { isObject, listAt } from '../core/json.ts';
import {
  apiVersionOf,
  isK8sObject,
  type K8sObject,
  type ObjectRef,
  refOf,
  resourceVersionOf,
  uidOf,
} from '../core/object.ts';
import { type ApiResource, type ApiResources, findResource } from '../core/resources.ts';
import { clientUpdate, serverSideApply } from '../fields/apply.ts';
import { withDefaults } from '../fields/defaults.ts';
import { isBuiltIn } from '../fields/list-types.ts';
import {
  badRequest,
  fieldConflict,
  immutable,
  invalidUid,
  noObjectOfUid,
  notFound,
  notServed,
  otherUid,
  staleVersion,
} from './answers.ts';
import { isAdoptable } from './controllers.ts';
import { immutableChanges } from './immutable-fields.ts';
import { patched } from './json-patch.ts';
import { ObjectStore } from './object-store.ts';
import { injectionIn, isPodOf, MAKERS, madeAnew, replacesPods } from './pods.ts';
import { customResources, resourcesOf } from './resources.ts';
import { fieldMatcher, labelMatcher } from './selectors.ts';

export interface MemoryClusterOptions {
  readonly objects: readonly K8sObject[];
  /** Where the objects are from, for messages. */
  readonly fileName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The objects as they are now come from `snapshot`, in the order they were read, new ones last. */
export type MemoryClusterPort = Cluster & Evictor & { snapshot(): K8sObject[] };

/**
 * A Kubernetes 1.20 server over a snapshot of objects: discovery, server-side apply with its record of owners, preconditions, dry-runs,
 * immutable fields, defaults and deletion with or without dependents. Controllers are instant: what is written is rolled out, and pods that
 * are there are made anew, their sidecars with the injector's release; a new Deployment adopts orphaned ReplicaSets. There is no
 * admission, hardly any validation, and reading an object in another version only rewrites its apiVersion.
 */
export function memoryCluster(options: MemoryClusterOptions): MemoryClusterPort {
  return new MemoryCluster(options);
}

const PODS: ApiResource = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true, verbs: [] };

type Name = Pick<ObjectRef, 'namespace' | 'name'>;

class MemoryCluster implements MemoryClusterPort {
  readonly address: string;
  readonly #store: ObjectStore;
  readonly #now: () => number;

  constructor({ objects, fileName, now }: MemoryClusterOptions) {
    this.address = fileName;
    this.#now = now;
    this.#store = new ObjectStore(objects.map(withDefaults), now);
  }

  async version(): Promise<string> {
    return 'v1.20.2';
  }

  async discover(): Promise<ApiResources> {
    return resourcesOf(this.#store.all());
  }

  async get(resource: ApiResource, ref: Name): Promise<K8sObject | undefined> {
    return this.#isServed(resource) ? this.#store.get(resource, ref) : undefined;
  }

  async *list(
    resource: ApiResource,
    { namespace, labelSelector = '', fieldSelector = '', isMetadataOnly = false }: ListQuery = {},
  ): AsyncIterable<K8sObject> {
    this.#mustServe(resource);
    const [hasLabels, hasFields] = [labelMatcher(labelSelector), fieldMatcher(fieldSelector)];
    for (const object of this.#store.list(resource)) {
      const isThere = namespace === undefined || !resource.namespaced || object.metadata.namespace === namespace;
      if (isThere && hasLabels(object) && hasFields(object)) yield isMetadataOnly ? metadataOf(object) : object;
    }
  }

  async apply(
    resource: ApiResource,
    sent: K8sObject,
    options: WriteOptions & { readonly force?: boolean } = {},
  ): Promise<K8sObject> {
    const body = this.#accepted(resource, sent);
    if (body.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
    const live = this.#store.get(resource, nameOf(body));
    if (live === undefined && uidOf(body) !== undefined) throw noObjectOfUid(refOf(body), uidOf(body) ?? '');
    const result = serverSideApply(live, body, {
      manager: FIELD_MANAGER,
      force: options.force ?? false,
      now: this.#now(),
    });
    if ('conflicts' in result) throw fieldConflict(result.conflicts);
    if (live !== undefined) checkLock(live, body);
    return this.#write(live, result.object, options);
  }

  async update(resource: ApiResource, sent: K8sObject, options: WriteOptions = {}): Promise<K8sObject> {
    const body = this.#accepted(resource, sent);
    const live = this.#existing(resource, nameOf(body));
    checkLock(live, body);
    return this.#write(live, this.#owned(live, body), options);
  }

  async patch(resource: ApiResource, ref: Name, patch: JsonPatch): Promise<K8sObject> {
    this.#mustServe(resource);
    const live = this.#existing(resource, ref);
    const next = patched(live, patch);
    if (!isK8sObject(next)) throw badRequest(`the patch leaves no object of ${live.metadata.name}`);
    checkLock(live, next);
    return this.#write(live, this.#owned(live, next), {});
  }

  async delete(resource: ApiResource, ref: Name, options: DeleteOptions = {}): Promise<void> {
    this.#mustServe(resource);
    const live = this.#existing(resource, ref);
    if (options.uid !== undefined && options.uid !== uidOf(live))
      throw otherUid(refOf(live), { wanted: options.uid, found: uidOf(live) ?? '' });
    if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersionOf(live))
      throw staleVersion(refOf(live));
    this.#remove(live, options.propagationPolicy === 'Orphan');
  }

  /** Budgets are not looked at. */
  async evict(pod: K8sObject): Promise<void> {
    const { namespace = '', name } = pod.metadata;
    const live = this.#store.all().find((one) => one.kind === 'Pod' && uidOf(one) === uidOf(pod));
    if (live === undefined) throw notFound(PODS, `${namespace}/${name}`);
    const workload = this.#store.all().find((one) => MAKERS.includes(one.kind) && isPodOf(one, live));
    if (workload === undefined) this.#store.delete(live);
    else this.#makeAnew(live, workload);
  }

  /** Nothing runs in a snapshot. */
  async askService(): Promise<undefined> {
    return undefined;
  }

  /** Nobody guards a file. */
  async allows(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {}

  snapshot(): K8sObject[] {
    return [...this.#store.all()];
  }

  #isServed(resource: ApiResource): boolean {
    return findResource(resourcesOf(this.#store.all()), apiVersionOf(resource), resource.kind) !== undefined;
  }

  #mustServe(resource: ApiResource): void {
    if (!this.#isServed(resource)) throw notServed();
  }

  /** A body in the version and the namespace that its request names. */
  #accepted(resource: ApiResource, body: K8sObject): K8sObject {
    this.#mustServe(resource);
    const { namespace, name } = body.metadata;
    const isOfVersion = body.apiVersion === apiVersionOf(resource) && body.kind === resource.kind;
    if (!isOfVersion)
      throw badRequest(
        `the body is ${body.apiVersion} ${body.kind}, the request is about ${apiVersionOf(resource)} ${resource.kind}`,
      );
    if (resource.namespaced && !namespace)
      throw badRequest(`an empty namespace may not be set for ${resource.kind} ${name}`);
    return body;
  }

  #existing(resource: ApiResource, ref: Name): K8sObject {
    const live = this.#store.get(resource, ref);
    if (live === undefined) throw notFound(resource, ref.name);
    return live;
  }

  #owned(live: K8sObject, next: K8sObject): K8sObject {
    // What only the server sets is not the writer's doing.
    const metadata = { ...next.metadata, uid: live.metadata.uid, creationTimestamp: live.metadata.creationTimestamp };
    return clientUpdate(live, withStatusOf(live, { ...next, metadata }), { manager: FIELD_MANAGER, now: this.#now() });
  }

  #write(live: K8sObject | undefined, sent: K8sObject, { dryRun = false }: WriteOptions): K8sObject {
    const next = withDefaults(sent);
    const changes = live === undefined ? [] : immutableChanges(live, next);
    if (changes.length > 0) throw immutable(refOf(next), changes);
    const stamped = this.#store.stamped(live, live === undefined ? next : withStatusOf(live, next));
    if (dryRun) return unstored(stamped, live);
    const stored = this.#store.put(stamped);
    if (live === undefined)
      for (const set of this.#store.all().filter((one) => isAdoptable(stored, one))) this.#adopt(set, stored);
    if (replacesPods(live, stored))
      for (const pod of this.#store.all().filter((one) => isPodOf(stored, one))) this.#makeAnew(pod, stored);
    return stored;
  }

  #adopt(set: K8sObject, { apiVersion, kind, metadata: { name, uid } }: K8sObject): void {
    const owner = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
    const adopted = {
      ...set,
      metadata: { ...set.metadata, ownerReferences: [...listAt(set.metadata.ownerReferences), owner] },
    };
    this.#store.put(this.#store.stamped(set, adopted));
  }

  #makeAnew(pod: K8sObject, workload: K8sObject): void {
    const next = madeAnew(pod, workload, injectionIn(pod.metadata.namespace, this.#store.all()));
    this.#store.delete(pod);
    this.#store.put(this.#store.stamped(undefined, next));
  }

  #remove(object: K8sObject, isOrphaning: boolean): void {
    this.#store.delete(object);
    for (const dependent of this.#store.dependentsOf(object)) {
      const orphan = this.#store.disown(dependent, object);
      if (!isOrphaning && orphan.metadata.ownerReferences === undefined) this.#remove(orphan, false);
    }
    if (object.kind !== 'CustomResourceDefinition') return;
    const [resource] = customResources(object);
    for (const instance of resource ? this.#store.list(resource) : []) this.#store.delete(instance);
  }
}

/** What is only tried gets no version of its own. */
function unstored(tried: K8sObject, live: K8sObject | undefined): K8sObject {
  const { resourceVersion: _version, ...metadata } = tried.metadata;
  const kept = live === undefined ? {} : { resourceVersion: live.metadata.resourceVersion };
  return { ...tried, metadata: { ...metadata, name: tried.metadata.name, ...kept } };
}

function metadataOf({ apiVersion, kind, metadata }: K8sObject): K8sObject {
  return { apiVersion, kind, metadata };
}

function nameOf({ metadata: { namespace, name } }: K8sObject): Name {
  return { namespace: namespace ?? '', name };
}

/** The status of a built-in kind is only written through its subresource. */
function withStatusOf(live: K8sObject, next: K8sObject): K8sObject {
  if (!isBuiltIn(refOf(next))) return next;
  const { status: _sent, ...rest } = next;
  const { apiVersion, kind, metadata } = next;
  return { ...rest, apiVersion, kind, metadata, ...(isObject(live.status) ? { status: live.status } : {}) };
}

function checkLock(live: K8sObject, body: K8sObject): void {
  const [uid, version] = [uidOf(body), resourceVersionOf(body)];
  if (uid !== undefined && uid !== uidOf(live)) throw invalidUid(refOf(live), uid);
  if (version !== undefined && version !== resourceVersionOf(live)) throw staleVersion(refOf(live));
}
