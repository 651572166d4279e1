import { type K8sObject, refOf, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { shortList } from '../core/short-list.ts';
import { losesStoredVersion } from '../plan/rollback-change.ts';
import type { Undo } from '../plan/undo-object.ts';
import { instancesOf } from './instances.ts';
import type { Cluster } from './ports.ts';
import type { Undone } from './undone.ts';

/** CustomResourceDefinitions that stay, and why: one that goes takes every object of its kind along. */
export async function keptDefinitions(
  undone: readonly Undone[],
  cluster: Cluster,
): Promise<ReadonlyMap<string, Problem>> {
  const going = new Set(undone.flatMap(({ history, undo }) => (undo.do === 'delete' ? [refText(history.ref)] : [])));
  const kept = new Map<string, Problem>();
  for (const { history, live, undo } of undone) {
    if (history.ref.kind !== 'CustomResourceDefinition' || live === undefined) continue;
    const why = await whyKept(live, undo, { going, cluster });
    const name = refText(history.ref);
    const message = `${name} stays as it is: ${why}`;
    if (why !== undefined) kept.set(name, { id: 'definition-stays', severity: 'note', ref: history.ref, message });
  }
  return kept;
}

async function whyKept(
  live: K8sObject,
  undo: Undo,
  { going, cluster }: { readonly going: ReadonlySet<string>; readonly cluster: Cluster },
): Promise<string | undefined> {
  const lost = undo.do === 'update' ? losesStoredVersion(live, undo.after) : undefined;
  if (lost !== undefined) return `objects are stored in its version ${lost}`;
  if (undo.do !== 'delete') return undefined;
  const refs = (await instancesOf(live, cluster)).map((one) => refText(refOf(one))).filter((ref) => !going.has(ref));
  return refs.length === 0 ? undefined : `it defines ${shortList(refs)}`;
}
