import { isArray, isObject, type JsonObject } from '../core/json.ts';

/** Fills in what an object lacks; what it has stays. */
export type Fill = (object: JsonObject) => JsonObject;

/** The defaults for what the object lacks; what it has stays. */
export function missing(object: JsonObject, defaults: JsonObject): JsonObject {
  const added = Object.entries(defaults).filter(([key]) => object[key] === undefined || object[key] === null);
  return { ...object, ...Object.fromEntries(added) };
}

/** Fills one member, where the object has it. */
export function within(key: string, fill: Fill): Fill {
  return (object) => (isObject(object[key]) ? { ...object, [key]: fill(object[key]) } : object);
}

export function eachOf(key: string, fill: Fill): Fill {
  return (object) =>
    isArray(object[key])
      ? { ...object, [key]: object[key].map((item) => (isObject(item) ? fill(item) : item)) }
      : object;
}

export function inTurn(...fills: readonly Fill[]): Fill {
  return (object) => fills.reduce((filled, fill) => fill(filled), object);
}
