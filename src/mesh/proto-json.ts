import { isObject, type Json } from '../core/json.ts';

/**
 * A field of a protobuf message in JSON. Istio's reader (jsonpb) takes the camelCase name and the original snake_case one, and `null` for absent.
 * @param name in camelCase
 * @returns undefined where the message has no such field
 */
export function field(message: Json | undefined, name: string): Json | undefined {
  if (!isObject(message)) return undefined;
  return ownValue(message, name) ?? ownValue(message, snakeCase(name)) ?? undefined;
}

// The names that this program asks for; a mesh is asked for the same few of them a hundred thousand times.
const snakeCases = new Map<string, string>();

function snakeCase(name: string): string {
  const known = snakeCases.get(name);
  if (known !== undefined) return known;
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  snakeCases.set(name, snake);
  return snake;
}

/** A number as jsonpb reads one: also in quotes; undefined for anything else. */
export function unsigned(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : undefined;
}

/**
 * An enum's value by name or number.
 * @param names in the order of their numbers, from 0
 */
export function enumValue<Name extends string>(value: Json | undefined, names: readonly Name[]): Name | undefined {
  return names.find((name, number) => value === name || value === number);
}

function ownValue(message: { readonly [key: string]: Json | undefined }, key: string): Json | undefined {
  return Object.hasOwn(message, key) ? message[key] : undefined;
}
