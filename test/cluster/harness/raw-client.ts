import https from 'node:https';
import { isObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { type Answer, asObject, refusal } from './answer.ts';
import { exchange, opened } from './exchange.ts';
import { ResourcePaths } from './resource-paths.ts';
import { tokenOf, type User } from './users.ts';

export interface RequestOptions {
  /** `admin` unless told. */
  readonly user?: User | undefined;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WriteOptions extends RequestOptions {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
}

/** Which object: an object itself will do. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export type PatchType = 'json' | 'merge' | 'strategic-merge';

const PARALLEL_REQUESTS = 24;

/** Plain requests to the API server of a test cluster, over few connections; objects are raw JSON. */
export class RawClient {
  readonly url: string;
  readonly #ca: string;
  readonly #agent = new https.Agent({ keepAlive: true, maxSockets: PARALLEL_REQUESTS });
  readonly #watches = new https.Agent({ maxSockets: Number.POSITIVE_INFINITY });
  readonly #paths: ResourcePaths;

  constructor(url: string, ca: string) {
    this.url = url;
    this.#ca = ca;
    this.#paths = new ResourcePaths((path) => this.read(path));
  }

  /** Whatever the server answers, refusals included. */
  request(method: string, path: string, body?: Json, options: RequestOptions = {}): Promise<Answer> {
    const { user = 'admin', contentType = 'application/json', headers = {} } = options;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = text === undefined ? {} : { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) };
    const token = { Authorization: `Bearer ${tokenOf(user)}`, Accept: 'application/json' };
    const call = { method, agent: this.#agent, ca: this.#ca, headers: { ...token, ...sent, ...headers } };
    return exchange(`${this.url}${path}`, call, text);
  }

  /** @throws ApiError for an answer that is not a success */
  async expect(method: string, path: string, body?: Json, options: RequestOptions = {}): Promise<Json> {
    const answer = await this.request(method, path, body, options);
    if (answer.status >= 300) throw refusal(`${method} ${path}`, answer);
    return answer.body;
  }

  /** @returns undefined for 404 */
  async read(path: string, options: RequestOptions = {}): Promise<JsonObject | undefined> {
    const answer = await this.request('GET', path, undefined, options);
    if (answer.status === 404) return undefined;
    if (answer.status >= 300 || !isObject(answer.body)) throw refusal(`GET ${path}`, answer);
    return answer.body;
  }

  /** The path of one object. @throws Error where its kind is not served */
  async pathOf(object: ObjectName): Promise<string> {
    return `${await this.collectionOf(object)}/${object.metadata.name}`;
  }

  /** The path that objects like this one are created at and listed from. */
  collectionOf({
    apiVersion,
    kind,
    metadata: { namespace },
  }: Omit<ObjectName, 'metadata'> & { readonly metadata: { readonly namespace?: string } }): Promise<string> {
    return this.#paths.collection(apiVersion, kind, namespace);
  }

  /** Whether the server's discovery has this kind by now. */
  serves(apiVersion: string, kind: string): Promise<boolean> {
    return this.#paths.serves(apiVersion, kind);
  }

  /** @returns undefined when there is no such object */
  async get(object: ObjectName, options: RequestOptions = {}): Promise<K8sObject | undefined> {
    const body = await this.read(await this.pathOf(object), options);
    return body === undefined ? undefined : asObject(body);
  }

  /** The items of a list; `namespace` undefined means all. */
  async list(apiVersion: string, kind: string, namespace?: string): Promise<readonly K8sObject[]> {
    const body = await this.read(await this.#paths.collection(apiVersion, kind, namespace));
    const items = Array.isArray(body?.items) ? body.items : [];
    return items.map((item) => asObject({ apiVersion, kind, ...item }));
  }

  async create(object: K8sObject, options: WriteOptions = {}): Promise<K8sObject> {
    const path = await this.collectionOf(object);
    return asObject(await this.expect('POST', `${path}${query(options)}`, object, options));
  }

  /** PUT. */
  async replace(object: K8sObject, options: WriteOptions = {}): Promise<K8sObject> {
    return asObject(await this.expect('PUT', `${await this.pathOf(object)}${query(options)}`, object, options));
  }

  /** `subresource` as in `scale` or `status`. */
  async patch(
    object: ObjectName,
    type: PatchType,
    patch: Json,
    options: WriteOptions & { readonly subresource?: string } = {},
  ): Promise<K8sObject> {
    const { subresource } = options;
    const path = `${await this.pathOf(object)}${subresource === undefined ? '' : `/${subresource}`}${query(options)}`;
    return asObject(
      await this.expect('PATCH', path, patch, { ...options, contentType: `application/${type}-patch+json` }),
    );
  }

  /** Server-side apply. */
  async apply(
    object: K8sObject,
    options: WriteOptions & { readonly fieldManager: string; readonly force?: boolean },
  ): Promise<K8sObject> {
    const path = `${await this.pathOf(object)}${query(options, options.force === undefined ? {} : { force: `${options.force}` })}`;
    return asObject(
      await this.expect('PATCH', path, object, { ...options, contentType: 'application/apply-patch+yaml' }),
    );
  }

  /** An object that is gone already is no error. */
  async delete(object: ObjectName, deleteOptions: JsonObject = {}, options: RequestOptions = {}): Promise<void> {
    const path = await this.pathOf(object);
    const answer = await this.request('DELETE', path, deleteOptions, options);
    if (answer.status >= 300 && answer.status !== 404) throw refusal(`DELETE ${path}`, answer);
  }

  /** The lines of a watch, until the server ends it or the signal says so; nothing of either is an error. */
  async *lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const headers = { Authorization: `Bearer ${tokenOf('admin')}` };
    const options = { agent: this.#watches, ca: this.#ca, headers, signal };
    let rest = '';
    for await (const chunk of await opened(`${this.url}${path}`, options)) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  }

  closeConnections(): void {
    this.#agent.destroy();
    this.#watches.destroy();
  }
}

function query({ fieldManager, dryRun }: WriteOptions, more: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams(more);
  if (fieldManager !== undefined) parameters.set('fieldManager', fieldManager);
  if (dryRun) parameters.set('dryRun', 'All');
  return parameters.size === 0 ? '' : `?${parameters}`;
}
