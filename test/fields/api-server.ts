import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Program, programPath } from '../cluster/harness/binaries.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** An API server without controllers: objects stay as they were written. */
export interface ApiServer {
  send(method: string, path: string, options?: { readonly body?: unknown; readonly type?: string }): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts etcd and kube-apiserver on free loopback ports and waits until they answer. */
export async function startApiServer(): Promise<ApiServer> {
  const directory = mkdtempSync(join(tmpdir(), 'fields-'));
  const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
  const run = (program: Program, args: readonly string[]) => spawn(programPath(program), args, { stdio: 'ignore' });
  const etcdUrl = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const children = [
    run('etcd', [
      '--data-dir',
      join(directory, 'etcd'),
      '--listen-client-urls',
      etcdUrl,
      '--advertise-client-urls',
      etcdUrl,
      '--listen-peer-urls',
      peerUrl,
      '--initial-advertise-peer-urls',
      peerUrl,
      '--initial-cluster',
      `default=${peerUrl}`,
    ]),
    run('kube-apiserver', serverArguments(directory, { etcdUrl, secure })),
  ];
  const kill = () => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const server: ApiServer = {
    send: (method, path, options = {}) => send({ agent, port: secure, method, path }, options),
    async stop() {
      agent.destroy();
      kill();
      await Promise.all(children.map(ended));
      process.removeListener('exit', kill);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await ready(server);
  return server;
}

function serverArguments(
  directory: string,
  { etcdUrl, secure }: { readonly etcdUrl: string; readonly secure: number },
): readonly string[] {
  const [tokens, key] = [join(directory, 'tokens.csv'), join(directory, 'sa.key')];
  writeFileSync(tokens, 'token,admin,admin,system:masters\n');
  writeFileSync(
    key,
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }),
  );
  const flags = {
    'etcd-servers': etcdUrl,
    'bind-address': '127.0.0.1',
    'secure-port': secure,
    'cert-dir': join(directory, 'certificates'),
    'token-auth-file': tokens,
    'authorization-mode': 'RBAC',
    'service-account-issuer': 'https://localhost',
    'service-account-signing-key-file': key,
    'service-account-key-file': key,
    'service-cluster-ip-range': '10.0.0.0/16',
    'disable-admission-plugins': 'ServiceAccount',
  };
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}

function send(
  {
    agent,
    port,
    method,
    path,
  }: { readonly agent: Agent; readonly port: number; readonly method: string; readonly path: string },
  { body, type = 'application/json' }: { readonly body?: unknown; readonly type?: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer token', accept: 'application/json', 'content-type': type };
    const sent = request({ agent, host: '127.0.0.1', port, method, path, headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(Buffer.from(chunk));
      const text = Buffer.concat(chunks).toString();
      resolve({ status: response.statusCode ?? 0, body: text.startsWith('{') ? JSON.parse(text) : text });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function ready(server: ApiServer): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const answer = await server.send('GET', '/api/v1/namespaces/default').catch(() => undefined);
    if (answer?.status === 200) return;
    await setTimeout(200);
  }
  await server.stop();
  throw new Error('kube-apiserver did not become ready');
}

function ended(child: ChildProcess): Promise<void> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
