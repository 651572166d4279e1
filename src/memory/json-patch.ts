import type { JsonPatch } from '../app/ports.ts';
import { isArray, isObject, type Json, type JsonObject, sameJson } from '../core/json.ts';
import { patchRefused } from './answers.ts';

type Operation = JsonPatch[number];

/**
 * A copy of the document with the operations carried out in order (RFC 6902; without `move` and `copy`).
 * @throws ApiError (422) when a test fails or a path leads nowhere; nothing is changed then
 */
export function patched(document: Json, patch: JsonPatch): Json {
  let result = document;
  for (const operation of patch) result = step(result, pointer(operation.path), operation);
  return result;
}

function step(node: Json, path: readonly string[], operation: Operation): Json {
  const [key, ...rest] = path;
  if (key === undefined) return atRoot(node, operation);
  if (isArray(node)) return inArray(node, { key, rest, operation });
  if (!isObject(node)) throw patchRefused(`${operation.op} ${operation.path}: no such path`);
  return inObject(node, { key, rest, operation });
}

interface Place {
  readonly key: string;
  readonly rest: readonly string[];
  readonly operation: Operation;
}

function inObject(node: JsonObject, { key, rest, operation }: Place): Json {
  const value = Object.hasOwn(node, key) ? node[key] : undefined;
  if (rest.length > 0) return { ...node, [key]: step(existing(value, operation), rest, operation) };
  if (operation.op === 'add') return { ...node, [key]: given(operation) };
  const present = existing(value, operation);
  if (operation.op !== 'remove') return { ...node, [key]: atRoot(present, operation) };
  const { [key]: _gone, ...others } = node;
  return others;
}

function inArray(node: readonly Json[], { key, rest, operation }: Place): Json {
  const isInsert = operation.op === 'add' && rest.length === 0;
  const index = key === '-' ? node.length : /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN;
  if (!(index < node.length + (isInsert ? 1 : 0)))
    throw patchRefused(`${operation.op} ${operation.path}: no such path`);
  if (isInsert) return node.toSpliced(index, 0, given(operation));
  if (operation.op === 'remove' && rest.length === 0) return node.toSpliced(index, 1);
  return node.with(index, step(existing(node[index], operation), rest, operation));
}

/** A `test`, `replace` or `add` of the very value that was found. */
function atRoot(value: Json, operation: Operation): Json {
  if (operation.op === 'remove') throw patchRefused('remove: the whole document');
  if (operation.op !== 'test') return given(operation);
  if (!sameJson(value, given(operation))) throw patchRefused(`testing path ${operation.path} value failed`);
  return value;
}

function existing(value: Json | undefined, operation: Operation): Json {
  if (value === undefined) throw patchRefused(`${operation.op} ${operation.path}: no such path`);
  return value;
}

function given({ value }: Operation): Json {
  const text = JSON.stringify(value ?? null);
  const copy: Json = JSON.parse(text);
  return copy;
}

function pointer(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
