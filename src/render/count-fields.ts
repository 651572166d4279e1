import { isObject, type JsonObject } from '../core/json.ts';

/** How many fields a set in FieldsV1 notation names. */
export function pathCount(set: JsonObject): number {
  let count = 0;
  for (const [key, child] of Object.entries(set)) {
    if (key === '.' || !isObject(child) || Object.keys(child).length === 0) count += 1;
    else count += pathCount(child);
  }
  return count;
}
