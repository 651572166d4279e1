import { canonicalJson, isObject, type Json, sameJson } from '../core/json.ts';

/** How items of a list are told apart: not at all (the list is one value), by value, or by the values of these keys. */
export type ListType = 'atomic' | 'set' | readonly string[];

// What the API server fills in where an item omits one of its list's keys; before Kubernetes 1.21 it refuses to apply such an item.
const KEY_DEFAULTS: ReadonlyMap<string, Json> = new Map([['protocol', 'TCP']]);

/** The value of a list key in an item, defaulted. */
export function keyValue(item: Json | undefined, key: string): Json | undefined {
  return isObject(item) ? (item[key] ?? KEY_DEFAULTS.get(key)) : undefined;
}

/**
 * The path element of an item.
 * @param type the type of the list; not `atomic`
 * @returns its position where it has none of the list's keys
 */
export function itemElement(type: Exclude<ListType, 'atomic'>, item: Json, index: number): string {
  if (type === 'set') return `v:${canonicalJson(item)}`;
  const keys = type.flatMap((key) => {
    const value = keyValue(item, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return keys.length === 0 ? `i:${index}` : `k:${canonicalJson(Object.fromEntries(keys))}`;
}

/** The position of the item that an element (`k:`, `v:` or `i:`) names; undefined where there is none. */
export function itemIndex(items: readonly Json[], element: string): number | undefined {
  const index = element.startsWith('i:') ? Number(element.slice(2)) : items.findIndex(matcher(element));
  return items[index] === undefined ? undefined : index;
}

/** Names of the keys that a `k:` element consists of; none for other elements. */
export function keyNames(element: string): readonly string[] {
  const keys = element.startsWith('k:') ? content(element) : undefined;
  return isObject(keys) ? Object.keys(keys) : [];
}

function matcher(element: string): (item: Json) => boolean {
  const wanted = content(element);
  if (element.startsWith('v:')) return (item) => sameJson(item, wanted);
  if (!isObject(wanted)) return () => false;
  return (item) => Object.entries(wanted).every(([key, value]) => sameJson(keyValue(item, key), value));
}

function content(element: string): Json | undefined {
  try {
    return JSON.parse(element.slice(2));
  } catch {
    return undefined;
  }
}
