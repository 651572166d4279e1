import { isArray, isObject, type Json } from '../core/json.ts';

/**
 * The values of a protobuf message in YAML, by their path in camelCase: `defaultConfig.tracing.zipkin.address`. Lists are values; what is
 * empty is not set.
 */
export function leavesOf(message: Json, prefix = ''): ReadonlyMap<string, Json> {
  if (!isObject(message)) return new Map();
  const entries = Object.entries(message).flatMap(([key, value]): readonly (readonly [string, Json])[] => {
    const path = prefix + camelCase(key);
    if (isObject(value)) return [...leavesOf(value, `${path}.`)];
    return value === undefined || isEmpty(value) ? [] : [[path, value]];
  });
  return new Map(entries);
}

function isEmpty(value: Json): boolean {
  return value === null || value === '' || (isArray(value) && value.length === 0);
}

function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
