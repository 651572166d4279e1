import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject, withoutKey } from '../../../src/core/json.ts';

/** The text of a file whose hash is right, whatever is in it. */
export function rehashed(fields: JsonObject): string {
  const content = withoutKey(fields, 'hash');
  const hash = `sha256:${createHash('sha256').update(canonicalJson(content)).digest('hex')}`;
  return JSON.stringify({ ...content, hash });
}
