import { beforeOf, type Change, type Step } from '../core/change.ts';
import { ApiError, UpgradeError } from '../core/errors.ts';
import { FIELD_MANAGER } from '../core/field-manager.ts';
import { listAt, sameJson } from '../core/json.ts';
import { LAST_APPLIED } from '../core/last-applied.ts';
import { annotationsOf, type K8sObject, refText, resourceVersionOf, uidOf } from '../core/object.ts';
import { normalise } from '../diff/normalise.ts';
import { fieldsOf } from '../fields/applied-fields.ts';
import { isEmpty } from '../fields/field-set.ts';
import { ownedBy } from '../fields/managed-fields.ts';
import { fingerprint } from '../plan/digest.ts';
import { handedOver, isSettled } from '../plan/ownership.ts';
import { controllerOf } from '../plan/replicas.ts';
import { checkInstances } from './instances.ts';
import { LOCK_ATTEMPTS, type LockedContext, patchOwners, retryStale } from './locked-write.ts';
import { Moved } from './moved.ts';
import type { Cluster } from './ports.ts';
import { checkRequirements } from './requirements.ts';
import { isRestored, restore } from './restore.ts';
import { expectedAt, leavesScale } from './scale.ts';
import type { WriteContext } from './write-context.ts';

export { Moved } from './moved.ts';

const POLL = 200;

/** @throws Moved when the object of a change is not as it was shown */
export async function checkAsShown(change: Change, cluster: Cluster): Promise<void> {
  const live = await cluster.get(change.resource, change.ref);
  if (!isAsShown(change, live)) throw new Moved(change, live);
}

/** Whether carrying a change out would write nothing. */
export async function isCarriedOut(change: Change, cluster: Cluster): Promise<boolean> {
  return isDone(change, await cluster.get(change.resource, change.ref));
}

/**
 * Carries one change out, if the object still is as it was shown and what it requires is in force.
 * @returns `already-done` when the object is what the change would make of it
 * @throws Moved when it is neither; UpgradeError when a requirement does not hold; ApiError when the server refuses a write
 */
export async function carryOut(change: Change, context: WriteContext): Promise<'written' | 'already-done'> {
  const live = await context.cluster.get(change.resource, change.ref);
  if (isDone(change, live)) return 'already-done';
  if (!isAsShown(change, live)) throw new Moved(change, live);
  await checkRequirements(change, context.cluster);
  await checkInstances(change, context.cluster);
  const rewrite = change.steps.find((step) => step.do === 'rewrite');
  if (rewrite !== undefined) await rewriteLocked(change, rewrite.body, context);
  else if (change.op === 'update') await update(change, live ?? change.before, context);
  else for (const step of change.steps) await take(step, change, context);
  return 'written';
}

/** Whether an object is what a change makes of it. */
export function isDone(change: Change, live: K8sObject | undefined): boolean {
  if (change.op === 'delete')
    return live === undefined || (isOrphanDeletion(change) && controllerOf(live) !== undefined);
  if (live === undefined) return false;
  if (isRestoring(change)) return change.op !== 'replace' && isRestored(change, live);
  if (change.op === 'create') return isCreated(change.after, live);
  return (
    change.op === 'update' && !isAsShown(change, live) && isApplied(change, live) && isRecorded(change.after, live)
  );
}

function isCreated(after: K8sObject, live: K8sObject): boolean {
  return sameJson(normalise(live), normalise(after)) && !isEmpty(ownedBy(live, FIELD_MANAGER, 'Apply'));
}

/** Whether kubectl's record of what was applied says what it should. */
function isRecorded(after: K8sObject, live: K8sObject): boolean {
  return annotationsOf(live)[LAST_APPLIED] === annotationsOf(after)[LAST_APPLIED];
}

function isRestoring({ steps }: Change): boolean {
  return steps.some((step) => step.do === 'restore');
}

function isOrphanDeletion({ steps }: Change): boolean {
  return steps.some((step) => step.do === 'delete-orphan');
}

function isAsShown(change: Change, live: K8sObject | undefined): boolean {
  const before = beforeOf(change);
  // That it lost its Deployment is the point, and its status goes on changing.
  if (isOrphanDeletion(change)) return before !== undefined && live !== undefined && uidOf(before) === uidOf(live);
  if (before === undefined || live === undefined) return before === live;
  const ignoresScale = leavesScale(change);
  return uidOf(before) === uidOf(live) && fingerprint(before, { ignoresScale }) === fingerprint(live, { ignoresScale });
}

async function take(step: Step, change: Change, context: WriteContext): Promise<void> {
  switch (step.do) {
    case 'create':
      await created(step.body, change, context).catch((cause: unknown) => {
        throw change.op === 'replace' ? notCreatedAgain(change, cause) : cause;
      });
      return;
    case 'delete':
    case 'delete-orphan':
      await remove(change, context, 'Background');
      return;
    case 'restore':
      if (change.op === 'delete') throw new Error('a deletion restores nothing');
      await restore(change, undefined, context).catch((cause: unknown) => {
        throw change.op === 'replace' ? notCreatedAgain(change, cause) : cause;
      });
      return;
    case 'orphan':
      await remove(change, context, 'Orphan');
      await gone(change, context);
      return;
    case 'hand-over':
    case 'prepare':
    case 'apply':
    case 'evict':
    case 'rewrite':
    case 'helm':
      throw new Error(`step ${step.do} belongs to an update`);
  }
}

async function rewriteLocked(change: Change, body: K8sObject, context: WriteContext): Promise<void> {
  await locked(change, context, (live) => {
    const { managedFields: _record, ...metadata } = body.metadata;
    const lock = { name: change.ref.name, uid: uidOf(live), resourceVersion: resourceVersionOf(live) };
    return context.cluster.update(change.resource, { ...body, metadata: { ...metadata, ...lock } });
  });
}

/** A conflict that names no field is over when nothing is there, or what was to be created. */
async function created(body: K8sObject, change: Change, { cluster }: WriteContext): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await cluster.apply(change.resource, body);
      return;
    } catch (error) {
      if (!isStale(error) || attempt === LOCK_ATTEMPTS) throw error;
      const live = await cluster.get(change.resource, change.ref);
      if (live === undefined) continue;
      if (change.op !== 'delete' && isCreated(change.after, live)) return;
      throw new Moved(change, live);
    }
  }
}

/** The one moment at which stopping leaves something missing. */
function notCreatedAgain({ ref }: Change, cause: unknown): UpgradeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UpgradeError(`${refText(ref)} is deleted and not created again yet: ${why}`, {
    cause,
    hint: 'its pods go on running; run the same command again now, and it is created and adopts them',
  });
}

/** Deletes exactly the object that was shown. */
async function remove(
  change: Change,
  context: WriteContext,
  propagationPolicy: 'Background' | 'Orphan',
): Promise<void> {
  const { resource, ref } = change;
  await locked(change, context, (live) => {
    const lock = { uid: uidOf(live), resourceVersion: resourceVersionOf(live) };
    return context.cluster.delete(resource, ref, { ...lock, propagationPolicy });
  });
}

/** Runs a write with the object's current version as its lock; a status that changed meanwhile is no reason to stop, anything else is. */
async function locked<T>(
  change: Change,
  { cluster }: WriteContext,
  write: (live: K8sObject) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const live = await cluster.get(change.resource, change.ref);
    if (live === undefined || !isAsShown(change, live)) throw new Moved(change, live);
    try {
      return await write(live);
    } catch (error) {
      if (!isStale(error) || attempt === LOCK_ATTEMPTS) throw error;
    }
  }
}

async function gone(change: Change, { cluster, clock, timeout }: WriteContext): Promise<void> {
  const deadline = clock.now() + timeout;
  while (await cluster.get(change.resource, change.ref)) {
    if (clock.now() >= deadline)
      throw new UpgradeError(`${refText(change.ref)} is still being deleted`, {
        hint: 'is the garbage collector of kube-controller-manager running?',
      });
    await clock.sleep(POLL);
  }
}

/** Ownership first, which changes no field, then everything in one write. */
async function update(
  change: Extract<Change, { op: 'update' }>,
  live: K8sObject,
  context: WriteContext,
): Promise<void> {
  if (isRestoring(change)) return restore(change, live, context);
  const handOvers = change.steps.filter((step) => step.do === 'hand-over');
  const apply = change.steps.find((step) => step.do === 'apply');
  if (!apply) throw new Error(`an update of ${refText(change.ref)} without an apply`);
  const owned = handOvers.length === 0 ? live : await takeOwnership(change, handOvers, context);
  if (change.prediction === 'memory' || (await appliesAsPredicted(change, apply.body, owned, context))) {
    await applyLocked(change, apply.body, owned, context);
    return;
  }
  await settle(change, apply.body, owned, context);
}

async function takeOwnership(
  change: Change,
  steps: readonly Extract<Step, { do: 'hand-over' }>[],
  context: WriteContext,
): Promise<K8sObject> {
  return locked(change, context, (live) => {
    let owned = live;
    for (const { fields, from } of steps) {
      owned = { ...live, metadata: { ...live.metadata, managedFields: handedOver(owned, fields, from) } };
    }
    return patchOwners(change, live, listAt(owned.metadata.managedFields), context);
  });
}

/** Server-side apply on older servers cannot remove some structs (a probe, a lifecycle handler); it is tried before it is done. */
async function appliesAsPredicted(
  change: Extract<Change, { op: 'update' }>,
  body: K8sObject,
  owned: K8sObject,
  { cluster }: WriteContext,
): Promise<boolean> {
  try {
    const tried = await cluster.apply(change.resource, withLock(body, owned, false), { dryRun: true });
    return sameJson(normalise(tried), normalise(expectedAt(change, owned)));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 422) return false;
    // Somebody else was here meanwhile: the write itself finds out who.
    if (error.status === 409) return true;
    throw error;
  }
}

/** One update to the predicted object, then an apply that changes nothing and settles who owns what. */
async function settle(
  change: Extract<Change, { op: 'update' }>,
  body: K8sObject,
  owned: K8sObject,
  context: WriteContext,
): Promise<void> {
  const { cluster } = context;
  const { ref, resource } = change;
  const { managedFields: _record, ...metadata } = change.after.metadata;
  const written = await retryStale(change, owned, context, (live) =>
    cluster.update(resource, {
      ...expectedAt(change, live),
      status: live.status,
      metadata: { ...metadata, name: ref.name, uid: uidOf(live), resourceVersion: resourceVersionOf(live) },
    }),
  );
  const ours = ownedBy(written, FIELD_MANAGER, 'Update');
  // A controller may write at once, and the server then tells owners in other words.
  const claiming = { ...context, ignoresOwners: true };
  const claimed = await retryStale(change, written, claiming, (live) =>
    patchOwners(change, live, handedOver(live, ours, [FIELD_MANAGER]), context),
  );
  await applyLocked(change, body, claimed, claiming);
}

async function applyLocked(change: Change, body: K8sObject, owned: K8sObject, context: LockedContext): Promise<void> {
  try {
    await retryStale(change, owned, context, (live) =>
      context.cluster.apply(change.resource, withLock(body, live, true)),
    );
  } catch (error) {
    // The answer to our own write may have been lost: what moved the object then was that write.
    if (!(error instanceof Moved) || error.now === undefined || !isApplied(change, error.now)) throw error;
  }
}

function isApplied(change: Change, now: K8sObject): boolean {
  if (change.op !== 'update' || uidOf(now) !== uidOf(change.before)) return false;
  if (ownsAnything(change) && !isSettled(now)) return false;
  return sameJson(normalise(now), normalise(expectedAt(change, now)));
}

/** What only removes leaves nothing that we own, and no record of us. */
function ownsAnything({ steps }: Change): boolean {
  return steps.some((step) => step.do === 'apply' && !isEmpty(fieldsOf(step.body)));
}

function withLock(body: K8sObject, live: K8sObject, isLocked: boolean): K8sObject {
  const lock = isLocked ? { resourceVersion: resourceVersionOf(live) } : {};
  return { ...body, metadata: { ...body.metadata, uid: uidOf(live), ...lock } };
}

function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && !error.isFieldConflict;
}
