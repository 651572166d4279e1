import type { Change } from '../core/change.ts';
import { listAt } from '../core/json.ts';
import { type K8sObject, resourceVersionOf, uidOf } from '../core/object.ts';
import { sameContents, sameOwners, sameScale } from '../plan/contents.ts';
import { patchOwners, retryStale } from './locked-write.ts';
import { expectedAt } from './scale.ts';
import type { WriteContext } from './write-context.ts';

type Restoring = Exclude<Change, { op: 'delete' }>;

/** Whether an object is what a change puts back, its record of owners included. */
export function isRestored(change: Restoring, live: K8sObject): boolean {
  const wanted = expectedAt(change, live);
  return sameContents(live, wanted) && sameScale(live, wanted) && sameOwners(live, wanted);
}

/**
 * Puts an object back as it was: all of it in one write, then who owned what, which changes no field.
 * @param live the object as it is; undefined when it has to be created
 * @throws Moved, ApiError
 */
export async function restore(change: Restoring, live: K8sObject | undefined, context: WriteContext): Promise<void> {
  const written = live === undefined ? await created(change, context) : await updated(change, live, context);
  if (sameOwners(written, change.after)) return;
  const owners = listAt(change.after.metadata.managedFields);
  await retryStale(change, written, context, (now) =>
    // An empty entry is how an object is given back to nobody.
    patchOwners(change, now, owners.length === 0 ? [{}] : owners, context),
  );
}

async function created({ resource, after }: Restoring, { cluster }: WriteContext): Promise<K8sObject> {
  const { managedFields: _record, ...metadata } = after.metadata;
  return cluster.apply(resource, { ...after, metadata: { ...metadata, name: after.metadata.name } });
}

async function updated(change: Restoring, live: K8sObject, context: WriteContext): Promise<K8sObject> {
  const wanted = expectedAt(change, live);
  if (sameContents(live, wanted) && sameScale(live, wanted)) return live;
  const { managedFields: _record, ...metadata } = change.after.metadata;
  return retryStale(change, live, context, (now) => {
    const lock = { name: change.ref.name, uid: uidOf(now), resourceVersion: resourceVersionOf(now) };
    const body = { ...expectedAt(change, now), metadata: { ...metadata, ...lock } };
    return context.cluster.update(change.resource, now.status === undefined ? body : { ...body, status: now.status });
  });
}
