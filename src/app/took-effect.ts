import { type Json, listAt, objectAt, sameJson, valueAt } from '../core/json.ts';
import { type K8sObject, resourceVersionOf, uidOf } from '../core/object.ts';
import { normalise } from '../diff/normalise.ts';
import { reconciled } from '../fields/reconcile.ts';
import type { DeleteOptions, JsonPatch } from './ports.ts';

/** What became of a write whose answer was lost: it was made, it was not, or somebody else was there meanwhile. */
export type Fate = 'made' | 'not-made' | 'overtaken';

/**
 * @param body what was to replace the object; its resourceVersion was the lock
 * @param live the object as it is now
 */
export function fateOfUpdate(body: K8sObject, live: K8sObject | undefined): Fate {
  if (live === undefined || uidOf(live) !== uidOf(body)) return 'overtaken';
  if (resourceVersionOf(live) === resourceVersionOf(body)) return 'not-made';
  return sameJson(normalise(live), normalise(body)) ? 'made' : 'overtaken';
}

/** @param patch with the lock among its values: the resourceVersion that the object had */
export function fateOfPatch(patch: JsonPatch, live: K8sObject | undefined): Fate {
  if (live === undefined) return 'overtaken';
  const lock = patch.find(({ path }) => path === '/metadata/resourceVersion');
  if (lock?.value === resourceVersionOf(live)) return 'not-made';
  const wanted = patch.filter((operation) => operation !== lock);
  return wanted.every((operation) => isThere(operation, live)) ? 'made' : 'overtaken';
}

/** An object that is going, or another one by now, is as good as gone. */
export function fateOfDeletion({ uid, resourceVersion }: DeleteOptions, live: K8sObject | undefined): Fate {
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return 'made';
  if (uid !== undefined && uidOf(live) !== uid) return 'made';
  return resourceVersion === undefined || resourceVersionOf(live) === resourceVersion ? 'not-made' : 'overtaken';
}

/**
 * An applied object without a lock ends up the same however often it is applied. With one, what moved the object may have been this very
 * write: whoever sent it knows what it should have become.
 */
export function fateOfApply(body: K8sObject, live: K8sObject | undefined): Fate {
  const lock = resourceVersionOf(body);
  return lock === undefined || (live !== undefined && lock === resourceVersionOf(live)) ? 'not-made' : 'overtaken';
}

function isThere({ op, path, value }: JsonPatch[number], live: K8sObject): boolean {
  if (op === 'test') return true;
  const found = valueAt(live, ...keysOf(path));
  if (op === 'remove') return found === undefined;
  return path === '/metadata/managedFields' ? sameOwners(found, value, live) : sameJson(found, jsonOf(value));
}

/** The server keeps the entries in an order of its own, with its own times, and with the content of what an entry holds as a whole. */
function sameOwners(found: Json | undefined, wanted: unknown, live: K8sObject): boolean {
  const [left, right] = [found, jsonOf(wanted)].map((entries) =>
    listAt(entries).map((entry) => spelledOut(entry, live)),
  );
  return left?.length === right?.length && (left ?? []).every((entry) => right?.some((one) => sameJson(one, entry)));
}

function spelledOut(entry: Json, live: K8sObject): Json {
  const { time: _time, ...rest } = objectAt(entry);
  return { ...rest, fieldsV1: reconciled(objectAt(rest.fieldsV1), live) };
}

function keysOf(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function jsonOf(value: unknown): Json | undefined {
  if (value === undefined) return undefined;
  const copy: Json = JSON.parse(JSON.stringify(value));
  return copy;
}
