import { FIELD_MANAGER } from '../core/field-manager.ts';
import type { JsonObject } from '../core/json.ts';
import { listAt, objectAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { difference, type FieldSet, isEmpty, union } from '../fields/field-set.ts';
import { entriesOf, type ManagedFieldsEntry, withEntries } from '../fields/managed-fields.ts';
import { fieldsPresent } from '../fields/prune.ts';

/**
 * The record of owners of an object of which only our part goes back: everybody has what they had before the run, as far as it is there, and
 * besides what became theirs since.
 * @param content the object that the record is for
 * @param theirs fields that others changed since
 * @returns `metadata.managedFields`
 */
export function formerOwners(
  original: K8sObject,
  live: K8sObject,
  { content, theirs }: { readonly content: K8sObject; readonly theirs: FieldSet },
): readonly JsonObject[] {
  const former = entriesOf(original).map((entry) => ({
    ...entry,
    fieldsV1: fieldsPresent(difference(entry.fieldsV1, theirs), content),
  }));
  const others = entriesOf(live).filter(({ manager }) => manager !== FIELD_MANAGER);
  const merged = new Map<string, ManagedFieldsEntry>();
  for (const entry of [...former, ...others]) {
    const known = merged.get(keyOf(entry));
    merged.set(keyOf(entry), known ? { ...entry, fieldsV1: union(known.fieldsV1, entry.fieldsV1) } : entry);
  }
  const entries = [...merged.values()].filter(({ fieldsV1 }) => !isEmpty(fieldsV1));
  return listAt(withEntries(content, entries).metadata.managedFields).map(objectAt);
}

function keyOf({ manager, operation, apiVersion, subresource = '' }: ManagedFieldsEntry): string {
  return [manager, operation, apiVersion, subresource].join('\n');
}
