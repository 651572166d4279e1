import type { FieldConflict } from '../core/change.ts';
import { FIELD_MANAGER } from '../core/field-manager.ts';
import { numberAt, objectAt, valueAt } from '../core/json.ts';
import type { K8sObject, ObjectRef } from '../core/object.ts';
import { differences } from '../fields/differences.ts';
import {
  covers,
  difference,
  type FieldPath,
  type FieldSet,
  intersection,
  isEmpty,
  pathsOf,
  remainder,
  setOfPaths,
  union,
} from '../fields/field-set.ts';
import { entriesOf } from '../fields/managed-fields.ts';
import { pathText } from '../fields/path-text.ts';
import { onlyFields, valueAtPath, withoutFields } from '../fields/prune.ts';
import { changedFields, hasScale, keptFields, newlyOwned, sameContents, sameOwners, sameScale } from './contents.ts';
import { overlay } from './fold-wishes.ts';
import { formerOwners } from './former-owners.ts';
import { withReplicas } from './replicas.ts';

export interface UndoInputs {
  readonly ref: ObjectRef;
  /** What the object was before the run; undefined when the run created it. */
  readonly original: K8sObject | undefined;
  /** What the run left behind; undefined when it deleted it. */
  readonly left: K8sObject | undefined;
  readonly live: K8sObject | undefined;
  readonly isTaken: (ref: ObjectRef, path: string) => boolean;
}

/** The way back of one object; `nothing` where it is as it was, `stays` where others decided about it since. */
export type Undo =
  | { readonly do: 'nothing' }
  | { readonly do: 'stays'; readonly conflicts: readonly FieldConflict[] }
  | { readonly do: 'delete'; readonly conflicts: readonly FieldConflict[]; readonly before: K8sObject }
  | { readonly do: 'create'; readonly conflicts: readonly FieldConflict[]; readonly after: K8sObject }
  | {
      readonly do: 'update';
      readonly conflicts: readonly FieldConflict[];
      readonly before: K8sObject;
      readonly after: K8sObject;
    };

/**
 * How to take back what a run did to one object, and nothing else. Where nobody changed it since, the object is what it was, its record of owners
 * included. Where others changed other fields, only the run's go back. Where they changed the same ones, those are conflicts. Scale stays as it is
 * unless the run set it, and so does what the server and controllers give (see `withoutKept`).
 */
export function undoObject(inputs: UndoInputs): Undo {
  const { original, live } = inputs;
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return bringBack(inputs);
  return original === undefined ? takeAway(live, inputs) : putBack(live, original, inputs);
}

function bringBack({ ref, original, left, isTaken }: UndoInputs): Undo {
  if (original === undefined) return { do: 'nothing' };
  const after = withoutFields(withoutIdentity(original), keptFields(original));
  if (left === undefined) return { do: 'create', conflicts: [], after };
  const conflict = { owner: 'who deleted it', path: 'metadata.name' };
  const taken = isTaken(ref, conflict.path);
  const conflicts = [{ ...conflict, taken }];
  return taken ? { do: 'create', conflicts, after } : { do: 'stays', conflicts };
}

/** Created by the run: it goes unless somebody has a part in it by now. */
function takeAway(live: K8sObject, { left, ref, isTaken }: UndoInputs): Undo {
  const theirs =
    left === undefined ? changedFields(bare(live), live) : union(changedFields(left, live), newlyOwned(left, live));
  const conflicts = conflictsAt(pathsOf(theirs), live, { ref, isTaken });
  if (conflicts.some(({ taken }) => !taken)) return { do: 'stays', conflicts };
  return { do: 'delete', conflicts, before: live };
}

function putBack(live: K8sObject, original: K8sObject, { left, ref, isTaken }: UndoInputs): Undo {
  const foreign = left === undefined ? changedFields(original, live) : changedSince(left, live, original);
  const run = left === undefined ? foreign : changedFields(original, left);
  const contested = pathsOf(foreign).filter((path) => isAbout(run, path));
  const conflicts = conflictsAt(contested, live, { ref, isTaken });
  const taken = setOfPaths(contested.filter((_path, index) => conflicts[index]?.taken));
  const theirs = difference(foreign, taken);
  const after = isEmpty(theirs)
    ? asItWas(original, left, live)
    : withoutOurs(live, original, { run: left ?? original, theirs });
  const isSame = sameContents(live, after) && sameScale(live, after) && sameOwners(live, after);
  if (isSame) return conflicts.length === 0 ? { do: 'nothing' } : { do: 'stays', conflicts };
  return { do: 'update', conflicts, before: live, after };
}

/** What others changed since, unless it is what it was before the run. */
function changedSince(left: K8sObject, live: K8sObject, original: K8sObject): FieldSet {
  return intersection(changedFields(left, live), changedFields(live, original));
}

/** Whether a path, something inside of it, or what it is inside of, is in the set. */
function isAbout(set: FieldSet, path: FieldPath): boolean {
  if (covers(set, path)) return true;
  let node: FieldSet = set;
  for (const element of path) {
    if (!Object.hasOwn(node, element)) return false;
    node = objectAt(node[element]);
  }
  return true;
}

function asItWas(original: K8sObject, left: K8sObject | undefined, live: K8sObject): K8sObject {
  const content = withoutFields(original, keptFields(original));
  const given = pathsOf(keptFields(live)).filter((path) => isInItemOf(original, path));
  const kept = overlay(content, onlyFields(live, setOfPaths(given)));
  return atScale(scaleBack(original, left, live), {
    ...kept,
    metadata: { ...kept.metadata, ...identity(live, original) },
  });
}

/** Whether a path is in no item of a list, or in one that the object has. */
function isInItemOf(object: K8sObject, path: FieldPath): boolean {
  const item = path.findLastIndex((element) => !element.startsWith('f:'));
  return item < 0 || valueAtPath(object, path.slice(0, item + 1)) !== undefined;
}

function withoutOurs(
  live: K8sObject,
  original: K8sObject,
  { run, theirs }: { readonly run: K8sObject; readonly theirs: FieldSet },
): K8sObject {
  const { added, modified, removed } = differences(original, run);
  const pruned = withoutFields(live, remainder(added, union(theirs, keptFields(live))));
  const back = difference(union(modified, removed), theirs);
  const content = overlay(pruned, onlyFields(original, difference(back, keptFields(original))));
  const managedFields = formerOwners(original, live, { content, theirs });
  const metadata = { ...content.metadata, ...identity(live, live), managedFields };
  return atScale(scaleBack(original, run, live), { ...content, metadata });
}

/** What makes it the same object, with the record of owners of `recorded`. */
function identity(
  { metadata: { uid, creationTimestamp, resourceVersion, generation, name } }: K8sObject,
  recorded: K8sObject,
) {
  const { managedFields = [] } = recorded.metadata;
  return { name, uid, creationTimestamp, resourceVersion, generation, managedFields };
}

/** The scale stays as it is, whoever set it, unless the run did. */
function scaleBack(original: K8sObject, left: K8sObject | undefined, live: K8sObject): number | undefined {
  const [former, run, now] = [original, left, live].map((one) => numberAt(valueAt(one, 'spec', 'replicas')));
  return run !== former && run === now ? former : now;
}

function atScale(replicas: number | undefined, object: K8sObject): K8sObject {
  return replicas === undefined || !hasScale(object.kind) ? object : withReplicas(object, replicas);
}

function withoutIdentity(object: K8sObject): K8sObject {
  const {
    uid: _uid,
    creationTimestamp: _made,
    resourceVersion: _version,
    generation: _counted,
    selfLink: _link,
    ...metadata
  } = object.metadata;
  const { status: _status, ...rest } = object;
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { ...metadata, name: object.metadata.name },
  };
}

function bare({ apiVersion, kind, metadata: { name, namespace } }: K8sObject): K8sObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

function conflictsAt(
  paths: readonly FieldPath[],
  live: K8sObject,
  { ref, isTaken }: Pick<UndoInputs, 'ref' | 'isTaken'>,
): readonly FieldConflict[] {
  return paths.map((path) => {
    const text = pathText(path);
    return { owner: ownerOf(live, path), path: text, taken: isTaken(ref, text) };
  });
}

function ownerOf(live: K8sObject, path: FieldPath): string {
  const entry = entriesOf(live).find(({ manager, fieldsV1 }) => manager !== FIELD_MANAGER && covers(fieldsV1, path));
  if (entry !== undefined) return entry.manager;
  return valueAtPath(live, path) === undefined ? 'who removed it' : 'somebody';
}
