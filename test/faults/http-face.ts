import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { ApiError } from '../../src/core/errors.ts';
import type { Json } from '../../src/core/json.ts';
import { apiVersionOf, isK8sObject, type K8sObject, parseApiVersion } from '../../src/core/object.ts';
import type { ApiResource } from '../../src/core/resources.ts';
import type { MemoryClusterPort } from '../../src/memory/memory-cluster.ts';
import { leasesOf } from '../app/leases.ts';
import { listen } from '../cluster-edge/api-server.ts';

export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly contentType: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** What stands between a request and its answer: it may answer itself, spoil the answer, or cut the connection. */
export type Middle = (call: Call, answer: () => Promise<Answer>, response: ServerResponse) => Promise<void>;

export const straight: Middle = async (_call, answer, response) => send(response, await answer());

export function send(response: ServerResponse, { status, body }: Answer, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A cluster in memory as a Kubernetes API server, as much of one as this tool asks for. @returns its URL */
export async function serveMemory(
  t: TestContext,
  cluster: MemoryClusterPort,
  middle: Middle = straight,
): Promise<string> {
  const server = http.createServer(async (request, response) => {
    const call = await readCall(request);
    await middle(call, () => answerTo(call, cluster), response);
  });
  return `http://127.0.0.1:${await listen(t, server)}`;
}

export async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return {
    method: request.method ?? '',
    url: new URL(request.url ?? '/', 'http://server'),
    contentType: request.headers['content-type'] ?? '',
    body: Buffer.concat(chunks).toString(),
  };
}

async function answerTo(call: Call, cluster: MemoryClusterPort): Promise<Answer> {
  try {
    return await found(call, cluster);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return statusAnswer(error.status, error.reason, error.message, error.causes);
  }
}

export function statusAnswer(
  code: number,
  reason: string,
  message: string,
  causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[] = [],
): Answer {
  const listed = causes.map((cause) => ({ ...cause }));
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message,
    details: { causes: listed },
  };
  return { status: code, body };
}

async function found(call: Call, cluster: MemoryClusterPort): Promise<Answer> {
  const { all } = await cluster.discover();
  const { pathname } = call.url;
  if (pathname === '/version') return { status: 200, body: { gitVersion: await cluster.version() } };
  if (pathname === '/api') return { status: 200, body: { kind: 'APIVersions', versions: ['v1'] } };
  if (pathname === '/apis') return { status: 200, body: groupList(all) };
  const place = placeOf(pathname, all);
  if (place === undefined) return { status: 404, body: '404 page not found' };
  if (place.resource === undefined) return { status: 200, body: resourceList(place.served) };
  return aboutObjects(call, { ...place, resource: place.resource }, cluster);
}

interface Place {
  readonly served: readonly ApiResource[];
  readonly resource: ApiResource | undefined;
  readonly namespace: string;
  readonly name: string;
  readonly sub: string;
}

/** `/apis/apps/v1/namespaces/shop/deployments/cart` */
function placeOf(path: string, all: readonly ApiResource[]): Place | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const [version = '', rest] =
    parts[0] === 'api' ? [parts[1], parts.slice(2)] : [parts.slice(1, 3).join('/'), parts.slice(3)];
  const served = all.filter((one) => apiVersionOf(one) === version);
  const isWithin = rest[0] === 'namespaces' && rest.length > 2;
  const [plural, name = '', sub = ''] = isWithin ? rest.slice(2) : rest;
  if (served.length === 0) return undefined;
  const resource = served.find((one) => one.resource === plural);
  if (plural !== undefined && resource === undefined) return undefined;
  return { served, resource, namespace: isWithin ? (rest[1] ?? '') : '', name, sub };
}

function groupList(all: readonly ApiResource[]): Json {
  const groups = Map.groupBy(
    all.filter(({ group }) => group !== ''),
    ({ group }) => group,
  );
  return {
    kind: 'APIGroupList',
    groups: [...groups].map(([name, served]) => {
      const versions = [...new Set(served.map(apiVersionOf))].map((groupVersion) => ({
        groupVersion,
        version: parseApiVersion(groupVersion).version,
      }));
      return { name, versions, preferredVersion: versions[0] ?? null };
    }),
  };
}

function resourceList(served: readonly ApiResource[]): Json {
  const resources = served.map(({ resource, kind, namespaced, verbs }) => ({
    name: resource,
    kind,
    namespaced,
    verbs,
  }));
  return { kind: 'APIResourceList', resources };
}

async function aboutObjects(
  { method, url, contentType, body }: Call,
  { resource, namespace, name, sub }: Place & { readonly resource: ApiResource },
  cluster: MemoryClusterPort,
): Promise<Answer> {
  const ref = { namespace, name };
  const dryRun = url.searchParams.get('dryRun') === 'All';
  const options = { dryRun, force: url.searchParams.get('force') === 'true' };
  if (method === 'GET') return name === '' ? listed(url, resource, namespace, cluster) : got(resource, ref, cluster);
  if (method === 'POST' && sub === 'eviction') {
    const pod = await cluster.get(resource, ref);
    if (pod === undefined) return statusAnswer(404, 'NotFound', `pods "${name}" not found`);
    await cluster.evict(pod);
    return { status: 201, body: { kind: 'Status', status: 'Success' } };
  }
  if (method === 'POST') return { status: 201, body: await leasesOf(cluster).create(resource, parsed(body), options) };
  if (method === 'PUT') return { status: 200, body: await cluster.update(resource, parsed(body), options) };
  if (method === 'DELETE') {
    const { propagationPolicy, preconditions = {} } = JSON.parse(body);
    await cluster.delete(resource, ref, { propagationPolicy, ...preconditions });
    return { status: 200, body: { kind: 'Status', status: 'Success' } };
  }
  if (contentType.includes('json-patch'))
    return { status: 200, body: await cluster.patch(resource, ref, JSON.parse(body)) };
  return { status: 200, body: await cluster.apply(resource, parsed(body), options) };
}

async function got(
  resource: ApiResource,
  ref: { namespace: string; name: string },
  cluster: MemoryClusterPort,
): Promise<Answer> {
  const object = await cluster.get(resource, ref);
  return object === undefined
    ? statusAnswer(404, 'NotFound', `${resource.resource} "${ref.name}" not found`)
    : { status: 200, body: object };
}

/** Page by page, as long as nothing is written in between. */
async function listed(url: URL, resource: ApiResource, namespace: string, cluster: MemoryClusterPort): Promise<Answer> {
  const items: K8sObject[] = [];
  const query = {
    namespace: namespace === '' ? undefined : namespace,
    labelSelector: url.searchParams.get('labelSelector') ?? undefined,
    fieldSelector: url.searchParams.get('fieldSelector') ?? undefined,
  };
  for await (const object of cluster.list(resource, query)) items.push(object);
  return { status: 200, body: { kind: `${resource.kind}List`, metadata: {}, items } };
}

function parsed(body: string): K8sObject {
  const value: Json = JSON.parse(body);
  if (isK8sObject(value)) return value;
  throw new ApiError('the body is no object', { status: 400, reason: 'BadRequest' });
}
