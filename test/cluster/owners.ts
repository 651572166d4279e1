import { FIELD_MANAGER } from '../../src/core/field-manager.ts';
import { canonicalJson } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { differences } from '../../src/fields/differences.ts';
import { difference, type FieldPath, type FieldSet, pathsOf, setOfPaths, union } from '../../src/fields/field-set.ts';
import { entriesOf, type ManagedFieldsEntry, ownedBy, withEntries } from '../../src/fields/managed-fields.ts';
import { pathText } from '../../src/fields/path-text.ts';

/** The fields in which two versions of an object differ. */
export function touchedFields(before: K8sObject, after: K8sObject): FieldSet {
  const { added, modified, removed } = differences(withEntries(before, []), withEntries(after, []));
  return union(union(added, modified), removed);
}

/**
 * What became of other managers' records of an object although the object itself did not change there, entry by entry, and what became
 * ours without being touched. A container may go from an entry with the last field that the entry had inside it.
 */
export function lostOwners(before: K8sObject, after: K8sObject): readonly string[] {
  const touched = touchedFields(before, after);
  const kept = others(before).map((entry) => entryText(entry, filledPaths(entry.fieldsV1, touched)));
  const found = others(after).map((entry) => entryText(entry, pathsOf(difference(entry.fieldsV1, touched))));
  const ours = [before, after].map((one) => ownedBy(one, FIELD_MANAGER, 'Apply'));
  const grown = difference(ours[1] ?? {}, union(ours[0] ?? {}, union(touched, containersOf(touched))));
  return [
    ...kept.filter((text) => text !== undefined && !found.includes(text)).map((text) => `was ${text}`),
    ...found.filter((text) => text !== undefined && !kept.includes(text)).map((text) => `is ${text}`),
    ...pathsOf(grown).map((path) => `ours: ${pathText(path)}`),
  ];
}

function others(object: K8sObject): readonly ManagedFieldsEntry[] {
  return entriesOf(object).filter(({ manager }) => manager !== FIELD_MANAGER);
}

function filledPaths(set: FieldSet, touched: FieldSet): readonly FieldPath[] {
  const left = pathsOf(difference(set, touched));
  const all = pathsOf(set);
  const isEmptied = (path: FieldPath) =>
    all.some((one) => isInside(one, path)) && !left.some((one) => isInside(one, path) && !isContainer(one, all));
  return left.filter((path) => !isEmptied(path));
}

function isContainer(path: FieldPath, all: readonly FieldPath[]): boolean {
  return all.some((one) => isInside(one, path));
}

function isInside(path: FieldPath, container: FieldPath): boolean {
  return path.length > container.length && container.every((element, index) => element === path[index]);
}

function containersOf(set: FieldSet): FieldSet {
  return setOfPaths(pathsOf(set).flatMap((path) => path.map((_, index) => path.slice(0, index))));
}

/** undefined for an entry with nothing left in it. */
function entryText(
  { manager, operation, time, apiVersion }: ManagedFieldsEntry,
  paths: readonly FieldPath[],
): string | undefined {
  if (paths.length === 0) return undefined;
  return canonicalJson([manager, operation, apiVersion, time ?? '', paths.map(pathText)]);
}
