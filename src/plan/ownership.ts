import { FIELD_MANAGER } from '../core/field-manager.ts';
import { type JsonObject, objectAt, sameJson, withValue } from '../core/json.ts';
import { LAST_APPLIED, lastAppliedOf } from '../core/last-applied.ts';
import type { K8sObject } from '../core/object.ts';
import { withDefaults } from '../fields/defaults.ts';
import { childrenOf, difference, EMPTY, type FieldSet, isEmpty, isMember, nodeOf, union } from '../fields/field-set.ts';
import { isInstaller } from '../fields/installers.ts';
import { entriesOf, type ManagedFieldsEntry, ownedBy, withEntries } from '../fields/managed-fields.ts';
import { fieldsPresent } from '../fields/prune.ts';
import { withoutKept } from './kept-fields.ts';

// The time of an entry that was handed over and not yet applied: the server stamps every apply, so this one tells a run that was cut
// off between the two.
const HANDED_OVER_AT = '1970-01-01T00:00:00Z';

/** Who owns what of a live object, seen from an upgrade. All sets are in FieldsV1 notation. */
export interface Ownership {
  /** Installers' fields, which become ours. */
  readonly installed: FieldSet;
  readonly installers: readonly string[];
  /** Ours, from an earlier run. */
  readonly ours: FieldSet;
  /** The part of ours that came from manifests and not from single wishes: the next manifest replaces it. */
  readonly oursInstalled: FieldSet;
  /** Everybody else's, by manager. */
  readonly others: ReadonlyMap<string, FieldSet>;
  /** The object has no record at all: it was last written by a server older than 1.18. */
  readonly isUnrecorded: boolean;
}

/** Reads `metadata.managedFields` that way. */
export function ownershipOf(live: K8sObject): Ownership {
  const entries = entriesOf(live).filter(({ fieldsV1 }) => !sameJson(fieldsV1, {}));
  const installerEntries = entries.filter(
    ({ manager, operation }) => isOurUpdate(manager, operation) || isInstaller(manager),
  );
  const ours = ownedBy(live, FIELD_MANAGER, 'Apply');
  const others = new Map<string, FieldSet>();
  for (const { manager, fieldsV1 } of installerEntries) {
    const left = difference(fieldsV1, partOf(manager, fieldsV1, live));
    if (!isEmpty(left)) others.set(manager, union(others.get(manager) ?? EMPTY, left));
  }
  for (const { manager, fieldsV1 } of entries) {
    if (isInstaller(manager) || manager === FIELD_MANAGER) continue;
    others.set(manager, union(others.get(manager) ?? EMPTY, fieldsV1));
  }
  return {
    installed: withoutKept(
      live.kind,
      installerEntries.reduce<FieldSet>(
        (all, { manager, fieldsV1 }) => union(all, partOf(manager, fieldsV1, live)),
        EMPTY,
      ),
    ),
    installers: [...new Set(installerEntries.map(({ manager }) => manager))],
    ours,
    oursInstalled: wasCutOff(entries) ? ours : fieldsPresent(ours, installedBefore(live)),
    others,
    isUnrecorded: entries.length === 0,
  };
}

// Before 1.19 kubectl wrote edits, labels and annotations of people under the same name as what it applied.
const APPLIES_AND_EDITS = 'kubectl';

function partOf(manager: string, set: FieldSet, live: K8sObject): FieldSet {
  return manager === APPLIES_AND_EDITS ? installedPart(set, live) : set;
}

/**
 * The part of a set that came with what was applied last, the server's defaults for it included: the rest somebody added by hand, and it
 * stays. Without kubectl's record nothing tells them apart, and all of it counts as installed.
 */
export function installedPart(set: FieldSet, live: K8sObject): FieldSet {
  if (lastAppliedOf(live) === undefined) return set;
  return withoutShared(fieldsPresent(set, withDefaults(installedBefore(live))), set);
}

/**
 * The part without the containers that hold more than the part does: a server that takes an owned container away takes all of it.
 * @param whole the set that the part was taken from
 */
function withoutShared(part: FieldSet, whole: FieldSet): FieldSet {
  const children = childrenOf(part).flatMap(([key, child]) => {
    const rest = objectAt(whole[key]);
    const isAll = isMember(child) && isEmpty(difference(rest, child));
    const left = nodeOf(isAll, childrenOf(withoutShared(child, rest)));
    return left === undefined ? [] : [[key, left] as const];
  });
  return nodeOf(false, children) ?? EMPTY;
}

/** The set without the scale, where that is kept as it is. */
export function withoutScale(set: FieldSet, keepsScale: boolean): FieldSet {
  return keepsScale ? difference(set, { 'f:spec': { 'f:replicas': {} } }) : set;
}

/**
 * The object's managedFields with `fields` moved from installers to us, and nothing else changed.
 * @param fields what becomes ours
 * @param from the managers that lose it
 */
export function handedOver(live: K8sObject, fields: FieldSet, from: readonly string[]): readonly JsonObject[] {
  const entries = entriesOf(live);
  const apiVersion = live.apiVersion;
  const ours = union(ownedBy(live, FIELD_MANAGER, 'Apply'), fields);
  const rest = entries
    .filter((entry) => !(entry.manager === FIELD_MANAGER && entry.operation === 'Apply'))
    .map((entry) => (from.includes(entry.manager) ? { ...entry, fieldsV1: without(entry.fieldsV1, fields) } : entry))
    .filter(({ fieldsV1 }) => !sameJson(fieldsV1, {}));
  const entry: ManagedFieldsEntry = {
    manager: FIELD_MANAGER,
    operation: 'Apply',
    apiVersion,
    time: HANDED_OVER_AT,
    fieldsType: 'FieldsV1',
    fieldsV1: ours,
  };
  return entriesAsJson(withEntries(live, [entry, ...rest]));
}

/**
 * A set without these fields, and without the containers that thereby have nothing left inside: a server reads a container that is
 * listed with nothing inside as all that it contains today (see `reconciled`), and the fields would be back.
 */
function without(set: FieldSet, fields: FieldSet): FieldSet {
  return nodeOf(false, filled(difference(set, fields), set)) ?? EMPTY;
}

function filled(left: FieldSet, before: FieldSet): readonly (readonly [string, FieldSet])[] {
  return childrenOf(left).flatMap(([element, child]) => {
    const was = objectAt(before[element]);
    const inside = filled(child, was);
    const isEmptied = inside.length === 0 && childrenOf(was).length > 0;
    const node = isEmptied ? undefined : nodeOf(isMember(child), inside);
    return node === undefined ? [] : [[element, node] as const];
  });
}

function entriesAsJson(object: K8sObject): readonly JsonObject[] {
  const value = object.metadata.managedFields;
  return Array.isArray(value) ? value : [];
}

// A plain update of ours settles nothing: what it wrote is on its way to our applied configuration.
function isOurUpdate(manager: string, operation: string): boolean {
  return manager === FIELD_MANAGER && operation === 'Update';
}

/** Whether we applied this object, and did not only take it over. */
export function isSettled(object: K8sObject): boolean {
  const entries = entriesOf(object);
  return (
    !wasCutOff(entries) && entries.some(({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply')
  );
}

function wasCutOff(entries: readonly ManagedFieldsEntry[]): boolean {
  return entries.some(
    ({ manager, operation, time }) => manager === FIELD_MANAGER && operation === 'Apply' && time === HANDED_OVER_AT,
  );
}

/** What the last manifest held, by kubectl's record of it; the record itself counts as part of it. */
function installedBefore(live: K8sObject): K8sObject {
  const { apiVersion, kind } = live;
  const { name } = live.metadata;
  const record = lastAppliedOf(live);
  if (record === undefined) return { apiVersion, kind, metadata: { name } };
  const metadata = withValue(objectAt(record.metadata), ['annotations', LAST_APPLIED], '');
  return { ...record, apiVersion, kind, metadata: { ...metadata, name } };
}
