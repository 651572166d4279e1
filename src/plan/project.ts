import { afterOf, type Change } from '../core/change.ts';
import { refText } from '../core/object.ts';
import type { Snapshot } from '../core/snapshot.ts';

/** A snapshot as it will be once these changes are carried out. */
export function projected(snapshot: Snapshot, changes: readonly Change[]): Snapshot {
  const objects = new Map(snapshot.objects);
  for (const change of changes) {
    const after = afterOf(change);
    if (after === undefined) objects.delete(refText(change.ref));
    else objects.set(refText(change.ref), after);
  }
  return { objects };
}
