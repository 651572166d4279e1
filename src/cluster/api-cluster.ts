import type { Evictor } from '../app/evictor.ts';
import type { Leases } from '../app/lease.ts';
import type { Cluster, DeleteOptions, JsonPatch, ListQuery, ServicePort, WriteOptions } from '../app/ports.ts';
import { ApiError, UpgradeError } from '../core/errors.ts';
import { FIELD_MANAGER } from '../core/field-manager.ts';
import { type Json, stringAt, valueAt } from '../core/json.ts';
import { isK8sObject, type K8sObject, type ObjectRef, refOf, uidOf } from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';
import type { Right } from '../core/right.ts';
import { type ApiClient, type ApiClientOptions, apiClient } from './api-client.ts';
import type { Connection } from './connection.ts';
import { type Discovered, discover } from './discovery.ts';
import { listAll } from './lists.ts';
import { collectionPath, objectPath, textOf, withQuery } from './resource-path.ts';
import type { Safety } from './retry.ts';
import type { Request } from './transport.ts';

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const REVIEW = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' };

type Name = Pick<ObjectRef, 'namespace' | 'name'>;

/** A cluster behind an API server. Nothing is sent before the first method is called. */
export function apiCluster(connection: Connection, options: ApiClientOptions): ApiCluster {
  return new ApiCluster(connection, options);
}

const PODS: ApiResource = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true, verbs: [] };

const SERVICES: ApiResource = { ...PODS, kind: 'Service', resource: 'services' };

export class ApiCluster implements Cluster, Evictor, Leases {
  readonly address: string;
  /** Who asks, by the names of the kubeconfig; empty where it has none. */
  readonly asked: { readonly context: string; readonly user: string };
  readonly #client: ApiClient;

  constructor(connection: Connection, options: ApiClientOptions) {
    this.address = connection.server;
    this.asked = { context: connection.context, user: connection.user };
    this.#client = apiClient(connection, options);
  }

  async version(): Promise<string> {
    const answer = await this.#client.ask({
      what: 'read the version',
      safety: 'read',
      request: { method: 'GET', path: '/version' },
    });
    const version = stringAt(valueAt(answer, 'gitVersion'));
    if (version !== undefined) return version;
    throw new UpgradeError(`${this.address} does not answer with a Kubernetes version`);
  }

  /** @param groups only these, when given: fewer questions to a server older than 1.26 */
  discover(groups?: readonly string[]): Promise<Discovered> {
    return discover(this.#client.ask, groups);
  }

  async get(resource: ApiResource, ref: Name): Promise<K8sObject | undefined> {
    try {
      return await this.#object('get', resource, ref, { method: 'GET', path: objectPath(resource, ref) }, 'read');
    } catch (error) {
      // A path that is not served is answered with 404 as well, in plain text.
      if (error instanceof ApiError && error.status === 404 && error.reason === 'NotFound') return undefined;
      throw error;
    }
  }

  list(resource: ApiResource, query?: ListQuery): AsyncIterable<K8sObject> {
    return listAll(this.#client.ask, resource, query);
  }

  apply(
    resource: ApiResource,
    body: K8sObject,
    options: WriteOptions & { readonly force?: boolean } = {},
  ): Promise<K8sObject> {
    const ref = refOf(body);
    const path = withQuery(objectPath(resource, ref), {
      ...writeQuery(options),
      force: options.force ? 'true' : undefined,
    });
    // JSON is YAML, and every version of the server takes this type.
    const request = {
      method: 'PATCH',
      path,
      contentType: 'application/apply-patch+yaml',
      body: JSON.stringify(body),
    } as const;
    return this.#object(verb('apply', options), resource, ref, request, options.dryRun ? 'dry-run' : 'write');
  }

  create(resource: ApiResource, body: K8sObject, options: WriteOptions = {}): Promise<K8sObject> {
    const ref = refOf(body);
    const path = withQuery(collectionPath(resource, ref.namespace), writeQuery(options));
    const request = { method: 'POST', path, body: JSON.stringify(body) } as const;
    return this.#object(verb('create', options), resource, ref, request, options.dryRun ? 'dry-run' : 'write');
  }

  update(resource: ApiResource, body: K8sObject, options: WriteOptions = {}): Promise<K8sObject> {
    const ref = refOf(body);
    const path = withQuery(objectPath(resource, ref), writeQuery(options));
    const request = { method: 'PUT', path, body: JSON.stringify(body) } as const;
    return this.#object(verb('update', options), resource, ref, request, options.dryRun ? 'locked-dry-run' : 'write');
  }

  patch(resource: ApiResource, ref: Name, patch: JsonPatch): Promise<K8sObject> {
    const path = withQuery(objectPath(resource, ref), writeQuery({}));
    const request = {
      method: 'PATCH',
      path,
      contentType: 'application/json-patch+json',
      body: JSON.stringify(patch),
    } as const;
    return this.#object('patch', resource, ref, request, 'write');
  }

  async delete(resource: ApiResource, ref: Name, options: DeleteOptions = {}): Promise<void> {
    const { propagationPolicy, uid, resourceVersion } = options;
    const preconditions = uid || resourceVersion ? { preconditions: { uid, resourceVersion } } : {};
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy, ...preconditions });
    const request = { method: 'DELETE', path: objectPath(resource, ref), body } as const;
    await this.#client.ask({ what: `delete ${textOf(resource, ref)}`, safety: 'write', request });
  }

  async askService({ namespace, name, port }: ServicePort, path: string): Promise<string | undefined> {
    const service = objectPath(SERVICES, { namespace, name: `http:${name}:${port}` });
    const request = { method: 'GET', path: `${service}/proxy${path}`, accept: 'text/plain, */*' } as const;
    try {
      return await this.#client.askText({ what: `ask Service/${namespace}/${name}`, safety: 'once', request });
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }

  async evict(pod: K8sObject): Promise<void> {
    const { namespace = '', name } = pod.metadata;
    const body = {
      apiVersion: await this.#evictionVersion(),
      kind: 'Eviction',
      metadata: { namespace, name },
      deleteOptions: { preconditions: { uid: uidOf(pod) } },
    };
    const path = `${objectPath(PODS, { namespace, name })}/eviction`;
    const request = { method: 'POST', path, body: JSON.stringify(body) } as const;
    // 429 is how a PodDisruptionBudget refuses.
    await this.#client.ask({ what: `evict ${textOf(PODS, { namespace, name })}`, safety: 'once', request });
  }

  /** The stable version is served since 1.22, the older one is gone with 1.25. */
  async #evictionVersion(): Promise<string> {
    const [, minor] = /^v1\.(\d+)/.exec(await this.version()) ?? [];
    return Number(minor) < 22 ? 'policy/v1beta1' : 'policy/v1';
  }

  /** @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access */
  async allows(right: Right): Promise<boolean | undefined> {
    const review = { ...REVIEW, spec: { resourceAttributes: right } };
    const request = { method: 'POST', path: REVIEWS, body: JSON.stringify(review) } as const;
    try {
      const answer = await this.#client.ask({ what: `ask for the right to ${right.verb}`, safety: 'read', request });
      return allowed(answer);
    } catch (error) {
      // What nobody can say now, the request itself finds out.
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #object(verb: string, resource: ApiResource, ref: Name, request: Request, safety: Safety): Promise<K8sObject> {
    const what = `${verb} ${textOf(resource, ref)}`;
    const answer: Json = await this.#client.ask({ what, safety, request });
    if (isK8sObject(answer)) return answer;
    throw new UpgradeError(`${what}: the answer is not an object`);
  }
}

function writeQuery({ dryRun }: WriteOptions): Readonly<Record<string, string | undefined>> {
  return { fieldManager: FIELD_MANAGER, dryRun: dryRun ? 'All' : undefined };
}

/** An authorizer that was in trouble has not refused. */
function allowed(review: Json): boolean | undefined {
  if (valueAt(review, 'status', 'allowed') === true) return true;
  return stringAt(valueAt(review, 'status', 'evaluationError')) ? undefined : false;
}

function verb(name: string, { dryRun }: WriteOptions): string {
  return dryRun ? `dry-run ${name}` : name;
}
