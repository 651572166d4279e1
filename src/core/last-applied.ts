import { isObject, type JsonObject } from './json.ts';
import { annotationsOf } from './object.ts';

/** The annotation in which `kubectl apply` keeps the configuration that it applied last: a copy of the object, as JSON. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The configuration that was applied last, if the object has such a record and it can be read. */
export function lastAppliedOf(object: JsonObject): JsonObject | undefined {
  const text = annotationsOf(object)[LAST_APPLIED];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
