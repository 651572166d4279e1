import type { Kubeconfig } from '../../src/cluster/kubeconfig-file.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig-source.ts';
import { connectionFrom } from '../flags/connection-flags.ts';
import type { Shell } from '../shell.ts';
import { lineFlags } from './line-flags.ts';
import type { Line } from './read-line.ts';
import type { Candidate } from './source.ts';

/** Names of the kubeconfig that the line leads to. */
export async function kubeconfigNames(
  kind: 'contexts' | 'clusters' | 'users',
  line: Line,
  shell: Shell,
): Promise<readonly Candidate[]> {
  const config = await loadKubeconfig(connectionFrom(lineFlags(line)), { env: shell.env });
  if (kind === 'contexts') return contexts(config);
  if (kind === 'users') return [...config.users.keys()].map((value) => ({ value }));
  return [...config.clusters].map(([value, { server }]) => ({ value, help: server }));
}

function contexts({ contexts, currentContext }: Kubeconfig): readonly Candidate[] {
  return [...contexts].map(([value, { cluster, user }]) => ({
    value,
    help: [
      ...(value === currentContext ? ['current'] : []),
      ...(cluster ? [`cluster ${cluster}`] : []),
      ...(user ? [`user ${user}`] : []),
    ].join(', '),
  }));
}
