import { isObject, type Json, listAt } from '../../../core/json.ts';
import type { K8sObject } from '../../../core/object.ts';
import { field } from '../../../mesh/proto-json.ts';

/** A value of an object and the path to it, spelled as the object spells it. */
export interface Place {
  readonly path: string;
  readonly value: Json | undefined;
}

export function specOf(object: K8sObject): Place {
  return { path: 'spec', value: object.spec };
}

/**
 * A field of the message at a place, by its camelCase or its snake_case name.
 * @param name in camelCase
 * @returns the value undefined where the message has no such field
 */
export function at({ path, value }: Place, name: string): Place {
  const found = field(value, name);
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const isSnake = found !== undefined && isObject(value) && (value[name] ?? null) === null;
  return { path: `${path}.${isSnake ? snake : name}`, value: found };
}

/** The entries of the list at a place; none where it is no list. */
export function eachOf({ path, value }: Place): readonly Place[] {
  return listAt(value).map((item, index) => ({ path: `${path}[${index}]`, value: item }));
}

/** The entries of a message's repeated field, those that are messages. */
export function messagesIn(place: Place, name: string): readonly Place[] {
  return eachOf(at(place, name)).filter(({ value }) => isObject(value));
}

/** Whether a repeated field of the message has an entry. */
export function hasEntries(place: Place, name: string): boolean {
  return listAt(at(place, name).value).length > 0;
}
