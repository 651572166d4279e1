import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import path from 'node:path';
import { NO_CLUSTER, NO_USER } from './kubeconfig-entry.ts';
import type { Kubeconfig } from './kubeconfig-file.ts';
import type { Environment } from './proxy.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The API server and service account of the pod that we run in.
 * @returns undefined outside a cluster
 * @see https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 */
export async function inClusterKubeconfig(
  env: Environment,
  directory = SERVICE_ACCOUNT,
): Promise<Kubeconfig | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const tokenFile = path.join(directory, 'token');
  if (!host || !port || (await textOf(tokenFile)) === undefined) return undefined;
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const certificateAuthority = path.join(directory, 'ca.crt');
  const namespace = await textOf(path.join(directory, 'namespace'));
  const name = 'in-cluster';
  return {
    currentContext: name,
    contexts: new Map([[name, { cluster: name, user: name, namespace: namespace?.trim() || undefined }]]),
    clusters: new Map([[name, { ...NO_CLUSTER, server, certificateAuthority }]]),
    users: new Map([[name, { ...NO_USER, tokenFile }]]),
  };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
