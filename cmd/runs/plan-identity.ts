import { basename } from 'node:path';
import { clusterIdentity } from '../../src/app/cluster-identity.ts';
import type { Opened } from '../open-cluster.ts';

/** What a saved plan is for: one cluster, or one snapshot by the name of its file. */
export async function planIdentity(
  { snapshot }: { readonly snapshot?: string | undefined },
  { cluster }: Opened,
): Promise<string> {
  return snapshot === undefined ? clusterIdentity(cluster) : `snapshot ${basename(snapshot)}`;
}
