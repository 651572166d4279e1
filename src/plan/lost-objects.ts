import { type K8sObject, refText } from '../core/object.ts';
import type { KeptRun } from '../core/run.ts';
import { isAbout, type MeshIdentity } from './choose-runs.ts';

/**
 * Objects that a run deleted last of all it did to them, when it was cut off or failed, as they were: a replacement consists of a deletion and a creation,
 * and what others had set on the object is nowhere else.
 * @param kept all runs, the oldest first
 * @returns by `refText`; the caller looks whether they are still missing
 */
export function lostObjects(kept: readonly KeptRun[], mesh: MeshIdentity): ReadonlyMap<string, K8sObject> {
  const lost = new Map<string, K8sObject>();
  for (const { record, entries } of kept) {
    if (!isAbout(record, mesh)) continue;
    for (const { verb, ref, before, result } of entries) {
      const isGone = verb === 'delete' && result !== 'refused' && record.outcome?.result !== 'done';
      if (isGone && before !== undefined) lost.set(refText(ref), before);
      else if (result === 'done') lost.delete(refText(ref));
    }
  }
  return lost;
}
