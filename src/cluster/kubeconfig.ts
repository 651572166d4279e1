import { EXIT, UpgradeError } from '../core/errors.ts';
import { certificateOf, clusterForPlugins, tlsOf, withClusterFlags, withUserFlags } from './client-config.ts';
import type { Connection, ConnectionOptions, Surroundings } from './connection.ts';
import { credentialsOf } from './credentials.ts';
import { impersonationOf } from './impersonation.ts';
import { type ClusterEntry, type ContextEntry, NO_CLUSTER, NO_USER } from './kubeconfig-entry.ts';
import type { Kubeconfig } from './kubeconfig-file.ts';
import { loadKubeconfig } from './kubeconfig-source.ts';
import { proxyFor } from './proxy.ts';

/**
 * The connection that kubectl would make of the same flags and environment. Nothing is sent yet, no plugin is run.
 * @throws UpgradeError (usage) for a file, context, cluster or user that does not exist
 */
export async function loadConnection(options: ConnectionOptions, surroundings: Surroundings): Promise<Connection> {
  const config = await loadKubeconfig(options, surroundings);
  const contextName = options.context || config.currentContext || '';
  const context = chooseContext(config, contextName, options);
  const cluster = withClusterFlags(
    chooseEntry(config.clusters, 'cluster', options.cluster || context?.cluster, NO_CLUSTER),
    options,
  );
  const user = withUserFlags(chooseEntry(config.users, 'user', options.user || context?.user, NO_USER), options);
  const server = serverUrl(cluster);
  const tls = await tlsOf(cluster);
  const proxy = cluster.proxyUrl ?? proxyFor(server, surroundings.env);
  const { env, interactive = false, unattended, holdTerminal, now = Date.now } = surroundings;
  const plugin = { env, interactive, unattended, holdTerminal, now, cluster: clusterForPlugins(cluster, server, tls) };
  return {
    server: server.href.replace(/\/$/, ''),
    context: contextName,
    user: options.user || context?.user || '',
    namespace: options.namespace || context?.namespace || 'default',
    tls,
    proxy,
    credentials: credentialsOf(user, await certificateOf(user), plugin),
    impersonation: impersonationOf(user, options),
  };
}

function chooseContext(config: Kubeconfig, name: string, options: ConnectionOptions): ContextEntry | undefined {
  if (name !== '') return chooseEntry(config.contexts, 'context', name, undefined);
  if (options.cluster !== undefined || options.server !== undefined) return undefined;
  const hint = `choose one with --context or \`kubectl config use-context\`: ${namesOf(config.contexts)}`;
  throw new UpgradeError('the kubeconfig has no current context', { hint, exit: EXIT.usage });
}

function chooseEntry<T, None>(
  entries: ReadonlyMap<string, T>,
  what: string,
  name: string | undefined,
  none: None,
): T | None {
  if (name === undefined || name === '') return none;
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  const hint =
    entries.size === 0 ? `the kubeconfig has no ${what}s` : `${what}s in the kubeconfig: ${namesOf(entries)}`;
  throw new UpgradeError(`${what} ${name} does not exist`, { hint, exit: EXIT.usage });
}

function namesOf(entries: ReadonlyMap<string, unknown>): string {
  return [...entries.keys()].sort().join(', ') || '(none)';
}

/** A server without a scheme is taken for TLS where there is anything of TLS to it, as client-go does. */
function serverUrl(cluster: ClusterEntry): URL {
  const { server } = cluster;
  if (server === undefined) {
    throw new UpgradeError('the kubeconfig names no server', { hint: 'give one with --server', exit: EXIT.usage });
  }
  const isTls =
    cluster.insecureSkipTlsVerify || Boolean(cluster.certificateAuthority ?? cluster.certificateAuthorityData);
  const url = URL.parse(server.includes('://') ? server : `${isTls ? 'https' : 'http'}://${server}`);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new UpgradeError(`server ${JSON.stringify(server)} is not an http or https URL`, { exit: EXIT.usage });
}
