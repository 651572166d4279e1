import type { JsonObject } from '../core/json.ts';
import type { K8sObject, ObjectRef } from '../core/object.ts';
import type { ApiResource, ApiResources } from '../core/resources.ts';
import type { WriteAhead } from '../core/run.ts';

export { FIELD_MANAGER } from '../core/field-manager.ts';
export type { Injector, InjectorInput } from '../injection/injector.ts';

export interface ListQuery {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Of each object apiVersion, kind and metadata only: nothing else leaves the server. */
  readonly isMetadataOnly?: boolean | undefined;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
}

export type JsonPatch = readonly {
  readonly op: 'add' | 'replace' | 'remove' | 'test';
  readonly path: string;
  readonly value?: unknown;
}[];

export interface DeleteOptions {
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/**
 * A cluster, as far as an upgrade needs one: an API server, or a snapshot in memory.
 * Objects are raw JSON. Every method throws `ApiError` for an answer that is not a success, `UpgradeError` where no answer came.
 */
export interface Cluster {
  /** Where it is, for messages: a server's URL or a snapshot's file name. */
  readonly address: string;
  /** `v1.20.2` */
  version(): Promise<string>;
  /** @param groups the API groups to ask about (the core group is the empty text); all of them when absent */
  discover(groups?: readonly string[]): Promise<ApiResources>;
  /** @returns undefined when there is no such object */
  get(resource: ApiResource, ref: Pick<ObjectRef, 'namespace' | 'name'>): Promise<K8sObject | undefined>;
  /** Every object of a list, page by page. */
  list(resource: ApiResource, query?: ListQuery): AsyncIterable<K8sObject>;
  /** Server-side apply under `FIELD_MANAGER`. With `force`, fields that other managers own are taken from them. */
  apply(
    resource: ApiResource,
    body: K8sObject,
    options?: WriteOptions & { readonly force?: boolean },
  ): Promise<K8sObject>;
  /** Replaces the object; `metadata.resourceVersion` in the body is the lock. */
  update(resource: ApiResource, body: K8sObject, options?: WriteOptions): Promise<K8sObject>;
  /** A JSON patch (RFC 6902). */
  patch(resource: ApiResource, ref: Pick<ObjectRef, 'namespace' | 'name'>, patch: JsonPatch): Promise<K8sObject>;
  delete(resource: ApiResource, ref: Pick<ObjectRef, 'namespace' | 'name'>, options?: DeleteOptions): Promise<void>;
  /**
   * What a Service of the cluster answers to a GET, by way of the API server.
   * @returns undefined where nothing answers with success, or one may not ask
   */
  askService(service: ServicePort, path: string): Promise<string | undefined>;
  /** Open connections, if any, are closed. */
  close(): Promise<void>;
}

/** What a run writes, kept where the next run and the way back find it. */
export interface Journal {
  /**
   * Keeps an object as it is before a write; it is safe when this resolves.
   * @returns the number of the write
   * @throws UpgradeError when it cannot be kept: nothing may be written then
   */
  before(write: WriteAhead): Promise<number>;
  /** Keeps what the server answered. What cannot be kept fails the next `before`, not this: the write is made. */
  done(write: number, after: K8sObject | undefined): Promise<void>;
  /** Keeps that the server refused a write. */
  refused(write: number): Promise<void>;
}

/** A document of a manifest, with where it stands. */
export interface ManifestDocument {
  readonly object: JsonObject;
  /** `control-plane.yaml, document 3, line 41` */
  readonly source: string;
}

/** Time, as an argument. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
