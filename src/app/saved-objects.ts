import { beforeOf, type Change } from '../core/change.ts';
import { ApiError, EXIT, UpgradeError, UpgradeErrors } from '../core/errors.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import { isK8sObject, type K8sObject, type ObjectRef, refOf, refText, uidOf } from '../core/object.ts';
import type { Plan } from '../core/plan.ts';
import { digestOf } from '../plan/digest.ts';
import { concealed, type Hash, hashWith } from '../plan/saved/conceal.ts';
import type { SavedObject, SavedPlan } from '../plan/saved/saved-plan.ts';
import { isDone } from './execute.ts';
import type { Cluster } from './ports.ts';
import { leavesScale } from './scale.ts';

/** An object that is not as it was when a plan was saved. */
export interface MovedObject {
  readonly ref: ObjectRef;
  /** `changed`, `is gone` … */
  readonly how: string;
  /** Values of Secrets are hashes. */
  readonly before: K8sObject | undefined;
  readonly now: K8sObject | undefined;
}

/** Every live object that a plan was made with, for its file. */
export function savedObjects({ changes, restsOn }: Plan, hash: Hash): readonly SavedObject[] {
  return [
    ...changes.map((change): SavedObject => {
      const { ref, resource } = change;
      const ignoresScale = leavesScale(change);
      return { ref, resource, ...identityOf(beforeOf(change), ignoresScale, hash), ignoresScale };
    }),
    ...restsOn.map(({ object, resource }): SavedObject => {
      const ref = refOf(object);
      return { ref, resource, ...identityOf(object, true, hash), ignoresScale: true };
    }),
  ];
}

/**
 * Reads all of those objects again.
 * @returns each that is neither as it was nor, from an earlier run of the same plan, as the plan makes it
 */
export async function movedSince(
  { objects, plan, salt }: SavedPlan,
  cluster: Cluster,
): Promise<readonly MovedObject[]> {
  const hash = hashWith(salt);
  const changes = new Map(plan.changes.map((change) => [refText(change.ref), change]));
  const before = new Map(plan.restsOn.map(({ object }) => [refText(refOf(object)), object]));
  const compared = await Promise.all(
    objects.map(async (saved): Promise<readonly MovedObject[]> => {
      const { ref } = saved;
      const now = hidden(await liveOf(saved, cluster), hash);
      const change = changes.get(refText(ref));
      const how = howMoved(saved, now, hash);
      if (how === undefined || (change !== undefined && isDone(change, now))) return [];
      return [{ ref, how, now, before: change === undefined ? before.get(refText(ref)) : beforeOf(change) }];
    }),
  );
  return compared.flat();
}

async function liveOf({ ref, resource }: SavedObject, cluster: Cluster): Promise<K8sObject | undefined> {
  try {
    return await cluster.get(resource, ref);
  } catch (error) {
    // Of a kind that the plan itself brings.
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

function howMoved(saved: SavedObject, now: K8sObject | undefined, hash: Hash): string | undefined {
  if (now === undefined) return saved.digest === undefined ? undefined : 'is gone';
  if (saved.digest === undefined) return 'is there by now';
  const { uid, digest } = identityOf(now, saved.ignoresScale, hash);
  if (uid !== saved.uid) return 'is another object of the same name';
  return digest === saved.digest ? undefined : 'changed';
}

/** Nothing for an object that is not there. */
function identityOf(
  object: K8sObject | undefined,
  ignoresScale: boolean,
  hash: Hash,
): Pick<SavedObject, 'uid' | 'digest'> {
  const shown = hidden(object, hash);
  return shown === undefined ? {} : { uid: uidOf(shown), digest: digestOf(shown, { ignoresScale }) };
}

function hidden(object: K8sObject | undefined, hash: Hash): K8sObject | undefined {
  if (object?.kind !== 'Secret') return object;
  const shown = concealed(object, hash);
  return isK8sObject(shown) ? shown : object;
}

/** The changes of a saved plan whose values it does not hold. */
export function secretChanges({ changes }: Plan): readonly Change[] {
  return changes.filter(({ ref }) => ref.kind === 'Secret' && ref.group === '');
}

/**
 * The saved plan with the values of its Secrets, from the same plan made again.
 * @throws UpgradeErrors (exit 3) with every Secret that the manifests make something else of than when the plan was saved
 */
export function withSecrets({ plan, salt }: SavedPlan, again: Plan): Plan {
  const hash = hashWith(salt);
  const made = new Map(again.changes.map((change) => [refText(change.ref), change]));
  const errors: UpgradeError[] = [];
  const restored = new Map<Change, Change>();
  for (const change of secretChanges(plan)) {
    const now = made.get(refText(change.ref));
    if (now !== undefined && stepsOf(now, hash) === stepsOf(change, hash)) restored.set(change, now);
    else errors.push(otherSecret(change));
  }
  if (errors.length > 0) throw new UpgradeErrors(errors);
  return { ...plan, changes: plan.changes.map((change) => restored.get(change) ?? change) };
}

/** What is written: a step that was read from a file is concealed already, and hashes are not hashed again. */
function stepsOf(change: Change, hash: Hash): string {
  const steps: Json = JSON.parse(JSON.stringify(change.steps));
  return canonicalJson({ op: change.op, steps: concealed(steps, (value) => (isHash(value) ? value : hash(value))) });
}

function isHash(value: Json): value is string {
  return typeof value === 'string' && /^scrypt:[0-9a-f]{64}$/.test(value);
}

function otherSecret({ ref }: Change): UpgradeError {
  return new UpgradeError(`${refText(ref)}: these manifests make something else of it than the saved plan`, {
    exit: EXIT.blocked,
    hint: 'name the manifests that the plan was made from with -f, or plan again',
  });
}
