import { scryptSync } from 'node:crypto';
import { canonicalJson, isArray, isObject, type Json, type JsonObject, objectAt } from '../../core/json.ts';
import { LAST_APPLIED } from '../../core/last-applied.ts';

/** A text that stands for a value and does not give it away. */
export type Hash = (value: Json) => string;

/**
 * Hashes that can be compared within one file only. They are slow on purpose: the value of a Secret may be short enough to be guessed.
 * @param salt of the file, any text
 */
export function hashWith(salt: string): Hash {
  const known = new Map<string, string>();
  return (value) => {
    const content = canonicalJson(value);
    const hash = known.get(content) ?? `scrypt:${scryptSync(content, salt, 32).toString('hex')}`;
    known.set(content, hash);
    return hash;
  };
}

/** The same data with hashes in place of the values of every Secret in it, and of kubectl's record of them. */
export function concealed(value: Json, hash: Hash): Json {
  if (isArray(value)) return value.map((item) => concealed(item, hash));
  if (!isObject(value)) return value;
  if (value.kind === 'Secret' && value.apiVersion === 'v1') return concealedSecret(value, hash);
  return mapped(value, (item) => concealed(item, hash));
}

function concealedSecret(secret: JsonObject, hash: Hash): JsonObject {
  const metadata = objectAt(secret.metadata);
  const annotations = objectAt(metadata.annotations);
  const record = annotations[LAST_APPLIED];
  const hidden = { ...annotations, ...(record === undefined ? {} : { [LAST_APPLIED]: hash(record) }) };
  return {
    ...secret,
    ...(metadata.annotations === undefined ? {} : { metadata: { ...metadata, annotations: hidden } }),
    ...concealedValues(secret, 'data', hash),
    ...concealedValues(secret, 'stringData', hash),
  };
}

function concealedValues(secret: JsonObject, key: string, hash: Hash): JsonObject {
  const values = secret[key];
  if (values === undefined || values === null) return {};
  return { [key]: isObject(values) ? mapped(values, hash) : hash(values) };
}

function mapped(object: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, change(value)]])),
  );
}
