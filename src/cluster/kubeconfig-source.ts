import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EXIT, UpgradeError } from '../core/errors.ts';
import type { ConnectionOptions, Surroundings } from './connection.ts';
import { inClusterKubeconfig } from './in-cluster.ts';
import { type Kubeconfig, mergeKubeconfigs, parseKubeconfig } from './kubeconfig-file.ts';

/** `--kubeconfig`, else the files of KUBECONFIG, else `~/.kube/config`, else the service account of the pod that we run in. */
export async function loadKubeconfig(
  options: ConnectionOptions,
  { env, serviceAccount }: Surroundings,
): Promise<Kubeconfig> {
  if (options.kubeconfig)
    return parseKubeconfig(await readConfig(options.kubeconfig, '--kubeconfig'), options.kubeconfig);
  const listed = (env.KUBECONFIG ?? '').split(path.delimiter).filter((file) => file !== '');
  const home = env.HOME || env.USERPROFILE;
  const files = listed.length > 0 ? listed : home ? [path.join(home, '.kube', 'config')] : [];
  const configs: Kubeconfig[] = [];
  for (const file of files) {
    const text = await readIfThere(file);
    if (text !== undefined) configs.push(parseKubeconfig(text, file));
  }
  if (configs.length > 0) return mergeKubeconfigs(configs);
  const inCluster = await inClusterKubeconfig(env, serviceAccount);
  if (inCluster !== undefined) return inCluster;
  if (options.server) return mergeKubeconfigs([]);
  if (listed.length > 0) throw noSuchFile(listed.join(', '), 'KUBECONFIG');
  throw new UpgradeError(`no kubeconfig: ${files.join(', ') || '~/.kube/config'} does not exist`, {
    hint: 'name one with --kubeconfig or KUBECONFIG, or a server with --server',
    exit: EXIT.usage,
  });
}

/** Of several files in KUBECONFIG those that do not exist are passed over, as kubectl does. */
async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw unreadable(file, cause);
  }
}

async function readConfig(file: string, source: string): Promise<string> {
  const text = await readIfThere(file);
  if (text === undefined) throw noSuchFile(file, source);
  return text;
}

function noSuchFile(file: string, source: string): UpgradeError {
  return new UpgradeError(`kubeconfig ${file} does not exist`, { hint: `${source} names it`, exit: EXIT.usage });
}

function unreadable(file: string, cause: unknown): UpgradeError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new UpgradeError(`cannot read ${file}: ${message}`, { exit: EXIT.usage, cause });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
