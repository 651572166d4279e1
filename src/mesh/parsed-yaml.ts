import { parseDocument } from 'yaml';
import type { Json } from '../core/json.ts';
import { KUBECTL_YAML } from '../yaml/kubectl-yaml.ts';

export interface ParsedYaml {
  readonly value: Json;
  /** Why the text could not be read. */
  readonly problem: string | undefined;
}

// Checks and rules ask again and again for what the same few ConfigMaps say, and parsing takes longer than all that they do with it.
const KEPT = 32;
const known = new Map<string, ParsedYaml>();

/**
 * The value in a text of one YAML document, such as a key of a ConfigMap; of the last texts each is parsed once.
 * @returns null, and why, for what is no YAML, and for aliases that stand for more than anybody writes
 */
export function parsedYaml(text: string): ParsedYaml {
  const parsed = known.get(text) ?? parse(text);
  known.delete(text);
  known.set(text, parsed);
  const [oldest] = known.keys();
  if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
  return parsed;
}

function parse(text: string): ParsedYaml {
  const document = parseDocument(text, KUBECTL_YAML);
  const [error] = document.errors;
  if (error !== undefined) return { value: null, problem: error.message };
  try {
    const value: Json = document.toJS();
    return { value, problem: undefined };
  } catch (cause) {
    return { value: null, problem: cause instanceof Error ? cause.message : String(cause) };
  }
}
