import type { Problem } from '../core/problem.ts';
import type { ApiResources } from '../core/resources.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { type Mesh, understand } from '../mesh/mesh.ts';
import type { Check } from '../plan/check.ts';
import type { Selection } from '../plan/later-reads.ts';
import type { Cluster } from './ports.ts';
import { type CheckInputs, checkSelections, findProblems } from './preflight.ts';
import { readBesides } from './read-mesh.ts';
import { isAboutReading, type Status } from './status.ts';

export interface CheckingInputs {
  readonly cluster: Cluster;
  readonly resources: ApiResources;
  /** What was read so far, the selections that it was read for, and the kinds of which a list may not be read. */
  readonly mesh: Mesh;
  readonly selections: readonly Selection[];
  readonly unread: ReadonlySet<string>;
  /** Of all namespaces. */
  readonly status: Promise<Status>;
  readonly context: Omit<CheckInputs, 'mesh' | 'status' | 'unread'>;
}

export interface Checked {
  readonly found: readonly Problem[];
  /** What may not be read. */
  readonly problems: readonly Problem[];
}

/**
 * What checks find, once all is read that they look at.
 * @throws UpgradeError when the server cannot be reached
 */
export async function runChecks(
  checks: readonly Check[],
  { cluster, resources, mesh, selections, unread, status, context }: CheckingInputs,
): Promise<Checked> {
  const { mesh: live, problems } = await status;
  const read = new Set(selections.map((one) => JSON.stringify(one)));
  const wanted = checkSelections(checks, { mesh, status: live }).filter((one) => !read.has(JSON.stringify(one)));
  const besides = await readBesides(cluster, wanted, resources);
  const found = findProblems(checks, {
    ...context,
    mesh: withObjects(mesh, besides.snapshot),
    status: live,
    unread: new Set([...unread, ...besides.unread]),
  });
  return { found, problems: [...besides.problems, ...problems.filter(isAboutReading)] };
}

/** What is known already stays the very same snapshot, of which rules have made what checks ask for, too. */
function withObjects(mesh: Mesh, { objects }: Snapshot): Mesh {
  const known = mesh.snapshot.objects;
  const added = [...objects].filter(([text]) => !known.has(text));
  if (added.length === 0) return mesh;
  return understand({ objects: new Map([...known, ...added]) }, mesh.istioNamespace);
}
