import { isArray, isObject, type Json, type JsonObject } from '../../core/json.ts';

/** A value of a file as what it has to be; `at` says where it stands. Throws `BadValue` for anything else. */
export type Decoder<T> = (value: Json | undefined, at: string) => T;

/** Something in a file that is not what it should be: `plan.changes[3].op is not one of create, update, replace, delete`. */
export class BadValue extends Error {
  override readonly name = 'BadValue';
}

export const text: Decoder<string> = (value, at) => {
  if (typeof value === 'string') return value;
  throw new BadValue(`${at} is not a text`);
};

export const flag: Decoder<boolean> = (value, at) => {
  if (typeof value === 'boolean') return value;
  throw new BadValue(`${at} is not true or false`);
};

export const wholeNumber: Decoder<number> = (value, at) => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new BadValue(`${at} is not a whole number`);
};

export const jsonObject: Decoder<JsonObject> = (value, at) => {
  if (isObject(value)) return value;
  throw new BadValue(`${at} is not an object`);
};

export function oneOf<const T extends string>(...words: readonly T[]): Decoder<T> {
  return (value, at) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw new BadValue(`${at} is not one of ${words.join(', ')}`);
  };
}

export function listOf<T>(item: Decoder<T>): Decoder<readonly T[]> {
  return (value, at) => {
    if (!isArray(value)) throw new BadValue(`${at} is not a list`);
    return value.map((one, index) => item(one, `${at}[${index}]`));
  };
}

export function optional<T>(decoder: Decoder<T>): Decoder<T | undefined> {
  return (value, at) => (value === undefined ? undefined : decoder(value, at));
}

/** Takes the fields of an object one by one. */
export type Take = <T>(key: string, decoder: Decoder<T>) => T;

/**
 * An object with exactly the fields that `build` takes.
 * @param build makes the value of what it takes
 */
export function record<T>(build: (take: Take) => T): Decoder<T> {
  return (value, at) => {
    const fields = jsonObject(value, at);
    const taken = new Set<string>();
    const made = build((key, decoder) => {
      taken.add(key);
      return decoder(Object.hasOwn(fields, key) ? fields[key] : undefined, `${at}.${key}`);
    });
    const unknown = Object.keys(fields).find((key) => !taken.has(key));
    if (unknown !== undefined) throw new BadValue(`${at}.${unknown} is not known`);
    return made;
  };
}
