import { isArray, isObject, type Json, type JsonObject, sameJson } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { withoutUnowned } from './applied-fields.ts';
import { type FieldPath, type FieldSet, setOfPaths } from './field-set.ts';
import { type FieldType, fieldTypeOf } from './field-type.ts';
import { itemElement } from './list-items.ts';

/** How two versions of an object differ, as sets of fields that managers can own. */
export interface Differences {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

interface Found {
  readonly added: FieldPath[];
  readonly modified: FieldPath[];
  readonly removed: FieldPath[];
}

/**
 * Compares as structured-merge-diff v4 does (typed.Compare): a container that is new or gone counts itself, besides what is in it.
 * @param before undefined for an object that is created
 */
export function differences(before: K8sObject | undefined, after: K8sObject): Differences {
  const found: Found = { added: [], modified: [], removed: [] };
  compareMaps(before ?? {}, after, { path: [], type: fieldTypeOf(after), found });
  return { added: ownable(found.added), modified: ownable(found.modified), removed: ownable(found.removed) };
}

function ownable(paths: readonly FieldPath[]): FieldSet {
  return withoutUnowned(setOfPaths(paths));
}

interface Place {
  readonly path: FieldPath;
  readonly type: FieldType;
  readonly found: Found;
}

function compare(before: Json | undefined, after: Json | undefined, place: Place): void {
  const { path, type, found } = place;
  const [present, wanted] = [before ?? undefined, after ?? undefined];
  if (present === undefined && wanted === undefined) return;
  if (isLeaf(present, wanted, type)) {
    if (present === undefined) found.added.push(path);
    else if (wanted === undefined) found.removed.push(path);
    else if (!sameJson(present, wanted)) found.modified.push(path);
    if (present !== undefined && wanted !== undefined && kindOf(present) !== kindOf(wanted))
      compareContents(present, wanted, place);
    return;
  }
  const isOwnable = !(type.isAlwaysThere && path.at(-1)?.startsWith('f:'));
  if (present === undefined && isOwnable) found.added.push(path);
  if (wanted === undefined && isOwnable) found.removed.push(path);
  compareContents(present, wanted, place);
}

/** Where a map or list becomes something else, its contents go with it. */
function compareContents(before: Json | undefined, after: Json | undefined, place: Place): void {
  if (!place.type.isAtomicMap) compareMaps(mapOf(before), mapOf(after), place);
  compareItems(itemsOf(before), itemsOf(after), place);
}

function kindOf(value: Json): string {
  return isArray(value) ? 'list' : isObject(value) ? 'map' : 'scalar';
}

function isLeaf(before: Json | undefined, after: Json | undefined, type: FieldType): boolean {
  const both = [before, after].filter((value) => value !== undefined);
  if (both.every(isObject)) return type.isAtomicMap || both.every((map) => Object.keys(map).length === 0);
  if (both.every(isArray)) return type.list === 'atomic' || both.every((list) => list.length === 0);
  return true;
}

function compareMaps(before: JsonObject, after: JsonObject, { path, type, found }: Place): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare(before[name], after[name], { path: [...path, `f:${name}`], type: type.field(name), found });
  }
}

function compareItems(before: readonly Json[], after: readonly Json[], { path, type, found }: Place): void {
  const [old, next] = [byElement(before, type), byElement(after, type)];
  for (const element of new Set([...old.keys(), ...next.keys()])) {
    compare(old.get(element), next.get(element), { path: [...path, element], type, found });
  }
}

function byElement(items: readonly Json[], { list }: FieldType): ReadonlyMap<string, Json> {
  return new Map(list === 'atomic' ? [] : items.map((item, index) => [itemElement(list, item, index), item]));
}

function mapOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function itemsOf(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}
