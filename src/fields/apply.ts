import { isArray, listAt, sameJson } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { fieldsOf } from './applied-fields.ts';
import { type Differences, differences } from './differences.ts';
import { difference, EMPTY, type FieldSet, intersection, isEmpty, pathsOf, remainder, union } from './field-set.ts';
import { entriesOf, type ManagedFieldsEntry, type ManagedFieldsOperation, withEntries } from './managed-fields.ts';
import { mergeApplied, withoutEmptyNulls } from './merge.ts';
import { pathText } from './path-text.ts';
import { withoutFields } from './prune.ts';
import { reconciled } from './reconcile.ts';

/** Manager of everything that was there before an object was first applied to. */
export const BEFORE_FIRST_APPLY = 'before-first-apply';

export interface Writer {
  readonly manager: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A field that another manager owns and that the body sets to another value. */
export interface ManagerConflict {
  readonly manager: string;
  /** As `pathText` writes it. */
  readonly path: string;
}

export type ApplyResult = { readonly object: K8sObject } | { readonly conflicts: readonly ManagerConflict[] };

/**
 * Server-side apply with its record of owners, as kube-apiserver 1.20 does it (fieldmanager and structured-merge-diff v4, merge.Updater):
 * the body is merged over the live object, what this manager applied before and does not apply any more is removed unless somebody owns
 * it, and a field that changes against its owner is a conflict, or with `force` changes hands.
 * Not done: defaulting, validation, and conversion of owned fields between versions of a kind.
 * @param live undefined when there is no such object
 */
export function serverSideApply(
  live: K8sObject | undefined,
  body: K8sObject,
  options: Writer & { readonly force: boolean },
): ApplyResult {
  const applied = fieldsOf(withoutEmptyNulls(body));
  if (live === undefined)
    return {
      object: withEntries(withoutEmptyNulls(body), settled([], body, applied, { ...options, isChanged: true })),
    };
  const before = withEntries(live, []);
  const entries = recordedEntries(live, options);
  const others = entries.filter((entry) => !isOf(entry, options.manager, 'Apply'));
  const after = pruned(mergeApplied(before, body), { applied, entries, others, manager: options.manager });
  const found = differences(before, after);
  const conflicts = others.flatMap((entry) => conflictsOf(entry, found));
  if (!options.force && conflicts.length > 0) return { conflicts };
  const left = others.map((entry) => ({ ...entry, fieldsV1: afterLoss(entry.fieldsV1, found) }));
  const next = settled([...left, ...entries.filter((entry) => !others.includes(entry))], body, applied, {
    ...options,
    isChanged: !sameJson(before, after),
  });
  return { object: withEntries(after, next) };
}

/**
 * The record of owners after a create, a replacement or a patch: what the manager adds or changes becomes its own and is taken from
 * everybody else, what it removes nobody owns any more. An existing object without a record stays without one. A record that `next`
 * brings itself, different from the live one, is taken as it is: that is how ownership is handed over.
 * @param live undefined for a create
 * @returns `next` with that record
 */
export function clientUpdate(live: K8sObject | undefined, next: K8sObject, writer: Writer): K8sObject {
  const given = givenEntries(live, next);
  if (live !== undefined && given.length === 0) return withEntries(next, []);
  const entries = given.map((entry) => ({ ...entry, fieldsV1: reconciled(entry.fieldsV1, live ?? next) }));
  const found = differences(live && withEntries(live, []), withEntries(next, []));
  const left = entries.map((entry) => ({ ...entry, fieldsV1: afterLoss(entry.fieldsV1, found) }));
  const mine = union(found.added, found.modified);
  return withEntries(
    next,
    inOrder(isEmpty(mine) ? owning(left) : grown(entries, left, { mine, apiVersion: next.apiVersion, ...writer })),
  );
}

function recordedEntries(live: K8sObject, { now }: Writer): readonly ManagedFieldsEntry[] {
  const entries = entriesOf(live);
  if (entries.length > 0) return entries.map((entry) => ({ ...entry, fieldsV1: reconciled(entry.fieldsV1, live) }));
  const fieldsV1 = differences(undefined, withEntries(live, [])).added;
  return [
    {
      manager: BEFORE_FIRST_APPLY,
      operation: 'Update',
      apiVersion: live.apiVersion,
      time: timeText(now),
      fieldsType: 'FieldsV1',
      fieldsV1,
    },
  ];
}

interface Pruning {
  readonly applied: FieldSet;
  readonly entries: readonly ManagedFieldsEntry[];
  readonly others: readonly ManagedFieldsEntry[];
  readonly manager: string;
}

/** Without what this manager applied last time and not this time, unless it or something in it is owned. */
function pruned(merged: K8sObject, { applied, entries, others, manager }: Pruning): K8sObject {
  const last = all(entries.filter((entry) => isOf(entry, manager, 'Apply')));
  return withoutFields(merged, remainder(last, union(applied, all(others))));
}

function all(entries: readonly ManagedFieldsEntry[]): FieldSet {
  return entries.reduce<FieldSet>((set, { fieldsV1 }) => union(set, fieldsV1), EMPTY);
}

function conflictsOf(
  { manager, fieldsV1 }: ManagedFieldsEntry,
  { added, modified }: Differences,
): readonly ManagerConflict[] {
  return pathsOf(intersection(fieldsV1, union(added, modified))).map((path) => ({ manager, path: pathText(path) }));
}

function afterLoss(set: FieldSet, { added, modified, removed }: Differences): FieldSet {
  return difference(difference(set, union(added, modified)), removed);
}

/** The record after an apply. The time of our entry stands still while neither the object nor any owner changes. */
function settled(
  entries: readonly ManagedFieldsEntry[],
  { apiVersion }: K8sObject,
  applied: FieldSet,
  { manager, now, isChanged }: Writer & { readonly isChanged: boolean },
): readonly ManagedFieldsEntry[] {
  const former = entries.find((entry) => isOf(entry, manager, 'Apply'));
  const isSame =
    former !== undefined && !isChanged && former.apiVersion === apiVersion && sameFields(former.fieldsV1, applied);
  const time = isSame ? former.time : timeText(now);
  const mine: ManagedFieldsEntry = {
    manager,
    operation: 'Apply',
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: applied,
  };
  return inOrder(owning([mine, ...entries.filter((entry) => entry !== former)]));
}

/** The record with what a manager's update added to it. */
function grown(
  entries: readonly ManagedFieldsEntry[],
  left: readonly ManagedFieldsEntry[],
  { mine, manager, apiVersion, now }: Writer & { readonly mine: FieldSet; readonly apiVersion: string },
): readonly ManagedFieldsEntry[] {
  const isMine = (entry: ManagedFieldsEntry) => isOf(entry, manager, 'Update') && entry.apiVersion === apiVersion;
  const former = entries.find(isMine);
  const fieldsV1 = union(left.find(isMine)?.fieldsV1 ?? EMPTY, mine);
  const isSame = former !== undefined && sameFields(former.fieldsV1, fieldsV1);
  const entry: ManagedFieldsEntry = {
    manager,
    operation: 'Update',
    apiVersion,
    time: isSame ? former.time : timeText(now),
    fieldsType: 'FieldsV1',
    fieldsV1,
  };
  return owning([entry, ...left.filter((one) => !isMine(one))]);
}

function sameFields(a: FieldSet, b: FieldSet): boolean {
  return isEmpty(difference(a, b)) && isEmpty(difference(b, a));
}

function givenEntries(live: K8sObject | undefined, next: K8sObject): readonly ManagedFieldsEntry[] {
  const given = entriesOf(next);
  const isReset =
    isArray(next.metadata.managedFields) &&
    given.length === 0 &&
    listAt(next.metadata.managedFields).every((item) => sameJson(item, {}));
  if (given.length > 0 || isReset) return given;
  return live === undefined ? [] : entriesOf(live);
}

function isOf(entry: ManagedFieldsEntry, manager: string, operation: ManagedFieldsOperation): boolean {
  return entry.manager === manager && entry.operation === operation && entry.subresource === undefined;
}

function owning(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  return entries.filter(({ fieldsV1 }) => !isEmpty(fieldsV1));
}

/** As the server sorts a record: applies first, then by time, manager and version. */
function inOrder(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  return entries.toSorted(
    (a, b) =>
      compareText(a.operation, b.operation) ||
      compareText(a.time ?? '', b.time ?? '') ||
      compareText(a.manager, b.manager) ||
      compareText(a.apiVersion, b.apiVersion),
  );
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function timeText(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
}
