import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { durationText } from '../core/duration.ts';
import { createAgent } from './agent.ts';
import type { Connection } from './connection.ts';
import type { Credential } from './credentials.ts';

export interface Request {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly accept?: string | undefined;
  readonly contentType?: string | undefined;
  readonly body?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly warnings: readonly string[];
  readonly text: string;
}

export interface TransportOptions {
  /** Goes into `User-Agent`. */
  readonly version: string;
  /** Connections at a time. */
  readonly concurrency: number;
  /** Milliseconds for one request; 0 for any time. */
  readonly requestTimeout: number;
}

/** One request, one answer. Throws the system's error when no whole answer came, or `RequestTimeout`. */
export interface Transport {
  send(request: Request, credential: Credential): Promise<Answer>;
  close(): Promise<void>;
}

export class RequestTimeout extends Error {
  override readonly name = 'RequestTimeout';
}

/** An answer of JSON that ends before its time. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';
}

/**
 * Requests over one pool of connections that are kept open. (client-node would open one for each request.)
 * @see https://nodejs.org/api/http.html#class-httpagent
 */
export function httpTransport(connection: Connection, options: TransportOptions): Transport {
  const { base, isTls } = baseOf(connection.server);
  const fixedHeaders = { 'User-Agent': `kubectl-istio_upgrade/${options.version}`, ...connection.impersonation };
  const pools: Pool[] = [];

  /** A pool is bound to its client certificate; a plugin may have given a new one. */
  const agentFor = ({ cert, key }: Credential): Promise<http.Agent> => {
    const pool = pools.find((one) => one.cert === cert && one.key === key);
    if (pool !== undefined) return pool.agent;
    const agent = createAgent(connection, { cert, key }, options.concurrency);
    pools.push({ agent, cert, key });
    return agent;
  };

  return {
    async send(request, credential) {
      const agent = await agentFor(credential);
      const signal = options.requestTimeout > 0 ? AbortSignal.timeout(options.requestTimeout) : undefined;
      const headers = { ...fixedHeaders, ...headersOf(request, credential) };
      const message = { method: request.method, agent, headers, ...(signal ? { signal } : {}) };
      const url = new URL(base + request.path);
      try {
        return await exchange((isTls ? https : http).request(url, message), request.body);
      } catch (error) {
        if (signal?.aborted) throw new RequestTimeout(`no answer within ${durationText(options.requestTimeout)}`);
        throw error;
      }
    },
    async close() {
      for (const { agent } of pools) (await agent).destroy();
    },
  };
}

interface Pool extends Pick<Credential, 'cert' | 'key'> {
  readonly agent: Promise<http.Agent>;
}

function baseOf(server: string): { readonly base: string; readonly isTls: boolean } {
  return { base: server.replace(/\/+$/, ''), isTls: server.startsWith('https:') };
}

function headersOf(request: Request, { authorization }: Credential): Record<string, string> {
  return {
    Accept: request.accept ?? 'application/json',
    ...(authorization === undefined ? {} : { Authorization: authorization }),
    ...(request.body === undefined ? {} : bodyHeaders(request.body, request.contentType)),
  };
}

function bodyHeaders(body: string, contentType = 'application/json'): Record<string, string> {
  return { 'Content-Type': contentType, 'Content-Length': String(Buffer.byteLength(body)) };
}

async function exchange(request: http.ClientRequest, body: string | undefined): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.on('response', resolve).on('error', reject).end(body);
  const response = await promise;
  const chunks: Buffer[] = [];
  // An answer that breaks off ends this loop with ECONNRESET.
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    warnings: response.headersDistinct.warning ?? [],
    text: Buffer.concat(chunks).toString('utf8'),
  };
}
