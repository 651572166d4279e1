import type { Clock, Cluster } from '../../src/app/ports.ts';
import { NAMESPACES } from '../../src/core/resources.ts';
import { systemClock } from '../clock.ts';
import { connectionFrom } from '../flags/connection-flags.ts';
import { openCluster } from '../open-cluster.ts';
import type { Shell } from '../shell.ts';
import { VERSION } from '../version.ts';
import { type LineFlags, lineFlags } from './line-flags.ts';
import { patienceIn } from './patience.ts';
import type { Line } from './read-line.ts';
import type { Candidate } from './source.ts';

/**
 * The namespaces of the cluster, or of the snapshot, that the line leads to.
 * @throws when a cluster does not give them in time
 */
export async function namespaces(line: Line, shell: Shell): Promise<readonly Candidate[]> {
  const flags = lineFlags(line);
  if (flags.snapshot !== undefined) return namesIn((await openCluster(flags, shell)).cluster);
  const { patience, over } = patienceIn(shell.env);
  const asked = serverOf(flags, { shell, patience, over }).then(namesIn);
  return Promise.race([asked, rejectedBy(over)]);
}

async function namesIn(cluster: Cluster): Promise<readonly Candidate[]> {
  try {
    const found: Candidate[] = [];
    for await (const { metadata } of cluster.list(NAMESPACES, { isMetadataOnly: true }))
      found.push({ value: metadata.name });
    return found;
  } finally {
    await cluster.close();
  }
}

/** Whoever would have to wait before he tries again gives up. */
const IMPATIENT: Clock = { ...systemClock, sleep: () => Promise.reject(new Error('nobody waits for another try')) };

async function serverOf(
  flags: LineFlags,
  { shell, patience, over }: { readonly shell: Shell; readonly patience: number; readonly over: AbortSignal },
): Promise<Cluster> {
  const { connect } = await import('../../src/cluster/connect.ts');
  const options = connectionFrom(flags);
  const requestTimeout = Math.min(options.requestTimeout || patience, patience);
  return connect(
    { ...options, requestTimeout },
    { env: shell.env, unattended: over, clock: IMPATIENT, version: VERSION },
  );
}

function rejectedBy(over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => over.addEventListener('abort', () => reject(over.reason)));
}
