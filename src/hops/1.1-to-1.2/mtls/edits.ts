import { type K8sObject, refOf, refText } from '../../../core/object.ts';
import type { Stage } from '../../../core/phase.ts';
import { type Snapshot, snapshotOf } from '../../../core/snapshot.ts';
import type { Wish } from '../../../core/wish.ts';
import { mergeApplied } from '../../../fields/merge.ts';
import { withoutFields } from '../../../fields/prune.ts';
import type { Traffic } from '../../../mesh/traffic.ts';
import type { Demand } from './demands.ts';

/** The mesh as it will be when the plan's own installations are done, which migrations start from. */
export interface Start {
  readonly snapshot: Snapshot;
  /** The mesh as it is while migrations are written, where the plan's installations change it afterwards. */
  readonly meanwhile: Snapshot | undefined;
  readonly traffic: Traffic;
}

/** Fields of one object, for some demands. */
export interface Edit {
  readonly object: K8sObject;
  readonly via?: K8sObject;
  readonly stage: Stage;
  readonly demands: readonly Demand[];
  readonly notes: readonly string[];
  /** What has to be there when it is written. */
  readonly requires?: readonly K8sObject[];
}

// A new object is the youngest: Pilot merges by age.
const NEWEST = '9999-12-31T23:59:59Z';

/**
 * The snapshot as it is when wishes have come true, every object of them.
 * @returns a new snapshot; objects of neither are the same values
 */
export function projected({ objects }: Snapshot, wishes: readonly Wish[]): Snapshot {
  const next = new Map(objects);
  for (const wish of wishes) {
    if (wish.want === 'absent') next.delete(refText(wish.ref));
    else set(next, wish.want === 'installed' ? replaced(next, wish.object) : merged(next, wish));
  }
  return { objects: next };
}

/** A snapshot with whole objects laid over it, which keep the age and the owners of what they replace. */
export function overlaid({ objects }: Snapshot, installed: readonly K8sObject[]): Snapshot {
  const next = new Map(objects);
  for (const object of installed) set(next, replaced(next, object));
  return snapshotOf(next.values());
}

function set(objects: Map<string, K8sObject>, object: K8sObject): void {
  objects.set(refText(refOf(object)), object);
}

function replaced(objects: ReadonlyMap<string, K8sObject>, object: K8sObject): K8sObject {
  const live = objects.get(refText(refOf(object)));
  const creationTimestamp = live?.metadata.creationTimestamp ?? NEWEST;
  const owners = live?.metadata.managedFields === undefined ? {} : { managedFields: live.metadata.managedFields };
  return { ...object, metadata: { ...object.metadata, creationTimestamp, ...owners } };
}

function merged(
  objects: ReadonlyMap<string, K8sObject>,
  { object, remove = {} }: Extract<Wish, { want: 'fields' }>,
): K8sObject {
  const live = objects.get(refText(refOf(object)));
  return withoutFields(live === undefined ? replaced(objects, object) : mergeApplied(live, object), remove);
}
