import { FIELD_MANAGER } from '../core/field-manager.ts';
import { type K8sObject, type ObjectRef, refText, uidOf } from '../core/object.ts';
import type { Phase } from '../core/phase.ts';
import type { ApiResource } from '../core/resources.ts';
import type { JournalEntry, KeptRun, RunChange } from '../core/run.ts';
import { differences } from '../fields/differences.ts';
import { difference, EMPTY, type FieldSet, intersection, isEmpty, union } from '../fields/field-set.ts';
import { entriesOf } from '../fields/managed-fields.ts';
import { onlyFields, withoutFields } from '../fields/prune.ts';
import { overlay } from './fold-wishes.ts';

/** What runs made of one object. */
export interface ObjectHistory {
  readonly ref: ObjectRef;
  readonly resource: ApiResource;
  /** Where it stood in the plan of the run that wrote it last. */
  readonly change: RunChange;
  /** What it was before them; undefined when there was none. */
  readonly original: K8sObject | undefined;
  readonly writes: readonly JournalEntry[];
}

/**
 * The objects that runs wrote, each from its first write to its last, in the order of their first writes.
 * @param runs the runs that are taken back, the oldest first
 * @param since what was written on the way back already, by runs that did not end well
 * @param phases only objects of these
 */
export function historiesOf(
  runs: readonly KeptRun[],
  since: readonly KeptRun[],
  phases: readonly Phase[],
): readonly ObjectHistory[] {
  const changes = new Map(runs.flatMap(({ record }) => record.changes.map((one) => [refText(one.ref), one] as const)));
  const forward = Map.groupBy(runs.flatMap(effective), ({ ref }) => refText(ref));
  const back = Map.groupBy(since.flatMap(effective), ({ ref }) => refText(ref));
  return [...forward].flatMap(([key, writes]) => {
    const [first] = writes;
    const change = changes.get(key);
    if (first === undefined || change === undefined || !phases.includes(change.phase)) return [];
    const { ref, resource, before: original } = first;
    return [{ ref, resource, change, original, writes: [...writes, ...(back.get(key) ?? [])] }];
  });
}

/** Whether a run wrote anything in these phases. */
export function wroteIn({ record, entries }: KeptRun, phases: readonly Phase[]): boolean {
  // What Helm writes is in Helm's own records.
  if (record.isHelms && phases.includes('control-plane')) return true;
  const written = new Set(entries.filter(hasEffect).map(({ ref }) => refText(ref)));
  return record.changes.some(({ ref, phase }) => phases.includes(phase) && written.has(refText(ref)));
}

function effective({ entries }: KeptRun): readonly JournalEntry[] {
  return entries.filter(hasEffect);
}

function hasEffect({ verb, result }: JournalEntry): boolean {
  return verb !== 'evict' && result !== 'refused';
}

/**
 * What the last write left behind. Of a write whose answer was never kept the live object tells whether it was made, and what of it others did.
 * @returns undefined when it left no object
 */
export function leftBehind({ writes }: ObjectHistory, live: K8sObject | undefined): K8sObject | undefined {
  const last = writes.at(-1);
  if (last === undefined || last.result === 'done') return last?.after;
  const { before, verb } = last;
  if (verb === 'delete') return live !== undefined && uidOf(live) === uidOf(before ?? live) ? before : undefined;
  if (live === undefined) return before;
  if (before === undefined) return isEmpty(ownedByUs(live)) ? undefined : live;
  return withoutTheirs(live, before);
}

/** The live object without what others changed of it since. */
function withoutTheirs(live: K8sObject, before: K8sObject): K8sObject {
  const theirs = difference(ownedByOthers(live), ownedByUs(live));
  const { added, modified } = differences(before, live);
  const pruned = withoutFields(live, intersection(added, theirs));
  return overlay(pruned, onlyFields(before, intersection(modified, theirs)));
}

function ownedByOthers(object: K8sObject): FieldSet {
  return ownedWhere(object, (manager) => manager !== FIELD_MANAGER);
}

function ownedByUs(object: K8sObject): FieldSet {
  return ownedWhere(object, (manager) => manager === FIELD_MANAGER);
}

function ownedWhere(object: K8sObject, isWanted: (manager: string) => boolean): FieldSet {
  return entriesOf(object)
    .filter(({ manager }) => isWanted(manager))
    .reduce<FieldSet>((all, { fieldsV1 }) => union(all, fieldsV1), EMPTY);
}
