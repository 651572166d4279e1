import { FIELD_MANAGER } from '../core/field-manager.ts';
import { type JsonObject, objectAt, sameJson, withValue } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { difference, EMPTY, type FieldSet, union } from '../fields/field-set.ts';
import { entriesOf, type ManagedFieldsEntry, ownedBy, withEntries } from '../fields/managed-fields.ts';
import { fieldsPresent } from '../fields/prune.ts';
import { isInstaller } from './installers.ts';
import { withoutKept } from './kept-fields.ts';
import { LAST_APPLIED, lastAppliedOf } from './last-applied.ts';

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
  for (const { manager, fieldsV1 } of entries) {
    if (isInstaller(manager) || manager === FIELD_MANAGER) continue;
    others.set(manager, union(others.get(manager) ?? EMPTY, fieldsV1));
  }
  return {
    installed: withoutKept(
      live.kind,
      installerEntries.reduce<FieldSet>((all, { fieldsV1 }) => union(all, fieldsV1), EMPTY),
    ),
    installers: [...new Set(installerEntries.map(({ manager }) => manager))],
    ours,
    oursInstalled: wasCutOff(entries) ? ours : fieldsPresent(ours, installedBefore(live)),
    others,
    isUnrecorded: entries.length === 0,
  };
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
    .map((entry) => (from.includes(entry.manager) ? { ...entry, fieldsV1: difference(entry.fieldsV1, fields) } : entry))
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

function entriesAsJson(object: K8sObject): readonly JsonObject[] {
  const value = object.metadata.managedFields;
  return Array.isArray(value) ? value : [];
}

// A plain update of ours settles nothing: what it wrote is on its way to our applied configuration.
function isOurUpdate(manager: string, operation: string): boolean {
  return manager === FIELD_MANAGER && operation === 'Update';
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
