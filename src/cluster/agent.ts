import http from 'node:http';
import https from 'node:https';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { UpgradeError } from '../core/errors.ts';
import type { Connection } from './connection.ts';
import type { Credential } from './credentials.ts';

/** Idle connections are given up before a load balancer in between silently drops them. */
const IDLE_TIMEOUT = 50_000;

/** What of a connection decides how the server is reached. */
export type Reached = Pick<Connection, 'server' | 'proxy' | 'tls'>;

/**
 * The pool of connections to a server, through its proxy where it has one.
 * @see https://nodejs.org/api/http.html#built-in-proxy-support
 */
export async function createAgent(
  connection: Reached,
  { cert, key }: Pick<Credential, 'cert' | 'key'>,
  concurrency: number,
): Promise<http.Agent> {
  const { server, proxy } = connection;
  const { ca, servername, rejectUnauthorized } = connection.tls;
  const pool = { keepAlive: true, maxSockets: concurrency, timeout: IDLE_TIMEOUT };
  const tls = {
    rejectUnauthorized,
    ...(ca === undefined ? {} : { ca }),
    ...(servername === undefined ? {} : { servername }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  if (proxy?.startsWith('socks')) return socksAgent(connection, pool, tls);
  const proxyEnv = proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } };
  if (!server.startsWith('https:')) return new http.Agent({ ...pool, ...proxyEnv });
  return new https.Agent({ ...pool, ...proxyEnv, ...tls });
}

/** Node speaks no SOCKS: client-node brings an agent that does, and is only imported for it. */
async function socksAgent(connection: Reached, pool: http.AgentOptions, tls: https.AgentOptions): Promise<http.Agent> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  const { server, proxy = '' } = connection;
  config.loadFromClusterAndUser({ name: 'cluster', server, proxyUrl: proxy, skipTLSVerify: false }, { name: 'user' });
  const request: https.RequestOptions = { ...tls };
  await config.applyToHTTPSOptions(request);
  if (!(request.agent instanceof http.Agent)) throw new UpgradeError(`no connections through proxy ${proxy}`);
  const name = tls.servername ?? new URL(server).hostname.replace(/^\[|\]$/g, '');
  // This agent forgets the server's name where it is an address, and then checks for `localhost`.
  const check = { checkServerIdentity: (_: string, cert: PeerCertificate) => checkServerIdentity(name, cert) };
  const options: unknown = Object.assign({}, Reflect.get(request.agent, 'options'), check);
  return Object.assign(request.agent, pool, { options });
}
