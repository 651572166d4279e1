import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { auditArguments } from './audit.ts';
import { CertificateAuthority, serviceAccountKey } from './certificates.ts';
import { TestCluster } from './cluster.ts';
import { controllerManagerArguments } from './controller-manager.ts';
import { assertRuns, freePorts, Processes, type RunningProgram } from './processes.ts';
import { RawClient } from './raw-client.ts';
import { READ_EVERYTHING, tokenFile } from './users.ts';
import { eventually } from './waiting.ts';

const ATTEMPTS = 3;

export interface ControlPlaneOptions {
  /** Every request is written down, for `auditedRequests`. */
  readonly isAudited?: boolean;
}

/**
 * etcd, kube-apiserver and kube-controller-manager on free loopback ports, with TLS and RBAC; no scheduler and no node.
 * The user `reader` may read everything, `admin` anything, all others nothing yet.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<TestCluster> {
  const cluster = await started(ATTEMPTS, options);
  try {
    await cluster.startControllers();
    await cluster.grant('reader', READ_EVERYTHING);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

// Somebody else may take a free port before our program does: then with other ports.
async function started(attempts: number, options: ControlPlaneOptions): Promise<TestCluster> {
  const directory = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'istio-upgrade-'));
  const processes = new Processes(directory);
  try {
    return await startIn(directory, processes, options);
  } catch (error) {
    await processes.stop();
    if (attempts <= 1) throw error;
    return started(attempts - 1, options);
  }
}

async function startIn(
  directory: string,
  processes: Processes,
  { isAudited = false }: ControlPlaneOptions,
): Promise<TestCluster> {
  const [etcdPort = 0, peerPort = 0, apiPort = 0] = await freePorts(3);
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const etcd = processes.start('etcd', etcdArguments(directory, etcdUrl, `http://127.0.0.1:${peerPort}`));
  const authority = new CertificateAuthority(directory);
  const tokenKey = serviceAccountKey(directory);
  const serverArguments = [
    ...apiServerArguments({ directory, authority, etcdUrl, apiPort, tokenKey }),
    ...(isAudited ? auditArguments(directory) : []),
  ];
  const server = processes.start('kube-apiserver', serverArguments);
  const client = new RawClient(`https://127.0.0.1:${apiPort}`, authority.own.cert);
  await ready(client, [etcd, server]);
  client.closeConnections();
  const controllers = (kubeconfig: string): readonly string[] =>
    controllerManagerArguments({ kubeconfig, tokenKey, caFile: authority.own.certFile });
  return new TestCluster({
    directory,
    processes,
    authority,
    etcdUrl,
    url: client.url,
    server: { running: server, args: serverArguments },
    controllers,
  });
}

async function ready(client: RawClient, programs: readonly RunningProgram[]): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    for (const program of programs) assertRuns(program);
    const status = await client.request('GET', '/readyz').then(
      (answer) => answer.status,
      () => 0,
    );
    return status === 200 ? true : undefined;
  };
  await eventually(look, { what: 'kube-apiserver to be ready', interval: 100 });
}

function etcdArguments(directory: string, url: string, peerUrl: string): readonly string[] {
  return [
    `--data-dir=${path.join(directory, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--max-request-bytes=33554432',
    '--quota-backend-bytes=1073741824',
    '--unsafe-no-fsync',
  ];
}

interface ApiServerPlace {
  readonly directory: string;
  readonly authority: CertificateAuthority;
  readonly etcdUrl: string;
  readonly apiPort: number;
  readonly tokenKey: string;
}

function apiServerArguments({ directory, authority, etcdUrl, apiPort, tokenKey }: ApiServerPlace): readonly string[] {
  const tokens = path.join(directory, 'tokens.csv');
  writeFileSync(tokens, tokenFile(), { mode: 0o600 });
  const { certFile, keyFile } = authority.issue('kube-apiserver', { commonName: 'kube-apiserver' });
  return [
    `--etcd-servers=${etcdUrl}`,
    '--etcd-compaction-interval=0',
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${apiPort}`,
    `--tls-cert-file=${certFile}`,
    `--tls-private-key-file=${keyFile}`,
    `--client-ca-file=${authority.own.certFile}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=RBAC',
    '--anonymous-auth=false',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${tokenKey}`,
    `--service-account-key-file=${tokenKey}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--endpoint-reconciler-type=none',
    '--allow-privileged',
    '--max-requests-inflight=2000',
    '--max-mutating-requests-inflight=1000',
    '--enable-priority-and-fairness=false',
    '--disable-admission-plugins=TaintNodesByCondition',
  ];
}
