import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { K8sObject } from '../../../src/core/object.ts';
import { decodeHelmRecord, isHelmRecord, withRelease } from '../../../src/release/helm-record.ts';
import type { TestCluster } from './cluster.ts';

const exec = promisify(execFile);

/** Runs a real Helm against a test cluster. @returns what it prints */
export function helmFor(cluster: TestCluster, path: string): (...args: readonly string[]) => Promise<string> {
  const env = { PATH: process.env.PATH, HOME: cluster.directory, KUBECONFIG: cluster.kubeconfig() };
  return async (...args) => (await exec(path, [...args], { env })).stdout;
}

/** The Secrets in which Helm keeps its records. */
export async function helmSecrets(cluster: TestCluster, namespace: string): Promise<readonly K8sObject[]> {
  return (await cluster.list('v1', 'Secret', namespace)).filter(isHelmRecord);
}

/**
 * Has Helm's records say what they say on a cluster that went past Kubernetes 1.16: Deployments of `extensions/v1beta1`, without selectors. No
 * server here would install them so.
 */
export async function makeRecordsOld(cluster: TestCluster, namespace: string): Promise<void> {
  const records = (await helmSecrets(cluster, namespace)).map((secret) => ({ secret, ...decodeHelmRecord(secret) }));
  for (const { secret, release, manifest } of records.filter((record) =>
    record.manifest.includes('kind: Deployment'),
  )) {
    const versions = manifest.replaceAll('apiVersion: apps/v1', 'apiVersion: extensions/v1beta1');
    const old = versions.replaceAll(/^ {2}selector:\n {4}matchLabels: .*\n/gm, '');
    if (old === versions || versions === manifest) throw new Error('the record has no Deployment to make old');
    await cluster.replace(withRelease(secret, { ...release, manifest: old }));
  }
}
