import type { Change } from '../core/change.ts';
import { ApiError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { type K8sObject, resourceVersionOf, uidOf } from '../core/object.ts';
import { fingerprint } from '../plan/digest.ts';
import { Moved } from './moved.ts';
import { leavesScale } from './scale.ts';
import type { WriteContext } from './write-context.ts';

/** How often a write is tried again with the object's newer version: a status may change many times a second. */
export const LOCK_ATTEMPTS = 20;

/** Writes the record of owners, and nothing else, over the version that was read. */
export function patchOwners(
  change: Change,
  live: K8sObject,
  owners: readonly Json[],
  { cluster }: WriteContext,
): Promise<K8sObject> {
  return cluster.patch(change.resource, change.ref, [
    // As a value it is the lock, and a stale one a conflict; a failed `test` is a 422 that says nothing.
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersionOf(live) },
    { op: 'add', path: '/metadata/managedFields', value: owners },
  ]);
}

export interface LockedContext extends WriteContext {
  /** What is written says itself who owns what: that the server tells it otherwise meanwhile is no reason to stop. */
  readonly ignoresOwners?: boolean;
}

/** Tries again with the new version as long as only the status moved since `seen`; fields that changed hands meanwhile have moved, too. */
export async function retryStale<T>(
  change: Change,
  seen: K8sObject,
  { cluster, ignoresOwners = false }: LockedContext,
  write: (live: K8sObject) => Promise<T>,
): Promise<T> {
  const ignored = { ignoresScale: leavesScale(change), ignoresOwners };
  let live = seen;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write(live);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      const now = await cluster.get(change.resource, change.ref);
      if (now === undefined || uidOf(now) !== uidOf(seen) || fingerprint(now, ignored) !== fingerprint(seen, ignored))
        throw new Moved(change, now);
      if (error.isFieldConflict || attempt === LOCK_ATTEMPTS) throw error;
      live = now;
    }
  }
}
