import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { Clock } from '../../src/app/ports.ts';
import type { ApiClientOptions } from '../../src/cluster/api-client.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import type { ApiResource } from '../../src/core/resources.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Header lines as they came: name, value, name, value. */
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: unknown;
  /** Cut the connection: before an answer, or in the middle of one. */
  readonly cut?: 'before' | 'middle';
  /** Never answer. */
  readonly silent?: boolean;
}

export interface TestServer {
  readonly url: string;
  readonly seen: readonly Seen[];
  connections(): number;
}

/** A server on a free port that answers what `reply` says, until the test ends. */
export async function serve(t: TestContext, reply: (seen: Seen) => Reply, tls?: Certificate): Promise<TestServer> {
  const seen: Seen[] = [];
  let connections = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const one = await read(request);
    seen.push(one);
    write(response, reply(one));
  };
  const server = tls === undefined ? http.createServer(handle) : https.createServer(tls, handle);
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => connections++);
  const port = await listen(t, server);
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, seen, connections: () => connections };
}

export async function listen(t: TestContext, server: http.Server | https.Server): Promise<number> {
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return listenOn(server);
}

export async function listenOn(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

async function read(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const url = new URL(request.url ?? '/', 'http://server');
  const { method = '', rawHeaders, headers } = request;
  const query = Object.fromEntries(url.searchParams);
  return { method, path: url.pathname, query, rawHeaders, headers, body: Buffer.concat(chunks).toString() };
}

function write(response: ServerResponse, { status = 200, headers = {}, body = {}, cut, silent }: Reply): void {
  if (silent) return;
  if (cut === 'before') {
    response.socket?.resetAndDestroy();
    return;
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  });
  if (cut === undefined) response.end(text);
  else response.write(text.slice(0, text.length / 2), () => response.socket?.resetAndDestroy());
}

export function status(code: number, reason: string, message: string, details: object = {}): Reply {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details },
  };
}

/** A connection as `loadConnection` makes one, to a server of these tests. */
export function connectionTo(server: string, parts: Partial<Connection> = {}): Connection {
  return {
    server,
    context: 'test',
    user: '',
    namespace: 'default',
    tls: { rejectUnauthorized: true },
    proxy: undefined,
    credentials: { get: async () => ({ authorization: 'Bearer secret' }), renew: () => false },
    impersonation: {},
    ...parts,
  };
}

/** A clock that nobody waits for: it notes how long the sleeps would have been. */
export function instantClock(): Clock & { readonly slept: readonly number[] } {
  const slept: number[] = [];
  return { slept, now: () => 0, sleep: async (milliseconds) => void slept.push(milliseconds) };
}

export function clientOptions(parts: Partial<ApiClientOptions> = {}): ApiClientOptions {
  return { clock: instantClock(), version: '9.9.9', ...parts };
}

export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'cluster-edge-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate for 127.0.0.1 that signs itself. */
export function selfSigned(t: TestContext): Certificate {
  const directory = temporaryDirectory(t);
  const [cert, key] = [path.join(directory, 'cert.pem'), path.join(directory, 'key.pem')];
  const subject = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    ...subject,
  ];
  execFileSync('openssl', [...made, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

export const DEPLOYMENTS: ApiResource = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  resource: 'deployments',
  namespaced: true,
  verbs: ['get', 'list', 'patch'],
};

export const CLUSTER_ROLES: ApiResource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  resource: 'clusterroles',
  namespaced: false,
  verbs: ['get', 'list'],
};
