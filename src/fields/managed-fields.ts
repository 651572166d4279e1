import { isObject, type Json, type JsonObject, listAt, objectAt, stringAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { EMPTY, type FieldSet, union } from './field-set.ts';

export type ManagedFieldsOperation = 'Apply' | 'Update';

/** One entry of `metadata.managedFields`: which fields a manager owns, and by which kind of write it came to that. */
export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: ManagedFieldsOperation;
  readonly apiVersion: string;
  /** RFC 3339, in whole seconds. */
  readonly time?: string | undefined;
  readonly subresource?: string | undefined;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldSet;
}

/** The object's entries in their order; the empty entry of a reset record is none. */
export function entriesOf(object: K8sObject): ManagedFieldsEntry[] {
  return listAt(object.metadata.managedFields).flatMap((item) => entryOf(item) ?? []);
}

/** Everything that a manager owns, by both kinds of writes or by one of them. */
export function ownedBy(object: K8sObject, manager: string, operation?: ManagedFieldsOperation): FieldSet {
  const entries = entriesOf(object).filter(
    (entry) => entry.manager === manager && (operation ?? entry.operation) === entry.operation,
  );
  return entries.reduce<FieldSet>((all, { fieldsV1 }) => union(all, fieldsV1), EMPTY);
}

/** A copy with these entries; without the field where there are none. */
export function withEntries(object: K8sObject, entries: readonly ManagedFieldsEntry[]): K8sObject {
  const { managedFields: _record, ...metadata } = object.metadata;
  const record = entries.length === 0 ? {} : { managedFields: entries.map(entryJson) };
  return { ...object, metadata: { ...metadata, name: object.metadata.name, ...record } };
}

function entryOf(item: Json): ManagedFieldsEntry | undefined {
  const manager = stringAt(objectAt(item).manager);
  if (!isObject(item) || manager === undefined) return undefined;
  const time = stringAt(item.time);
  const subresource = stringAt(item.subresource);
  return {
    manager,
    operation: item.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: stringAt(item.apiVersion) ?? '',
    ...(time === undefined ? {} : { time }),
    ...(subresource === undefined ? {} : { subresource }),
    fieldsType: 'FieldsV1',
    fieldsV1: objectAt(item.fieldsV1),
  };
}

function entryJson({ time, subresource, ...entry }: ManagedFieldsEntry): JsonObject {
  return { ...entry, ...(time === undefined ? {} : { time }), ...(subresource === undefined ? {} : { subresource }) };
}
