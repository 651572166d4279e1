import { EXIT, UpgradeError } from '../core/errors.ts';
import { canonicalJson, isObject, type Json } from '../core/json.ts';
import type { FieldPath } from './field-set.ts';

// Written after a dot.
const PLAIN_NAME = /^[A-Za-z0-9_$/-]+$/;
// Written in brackets without quotes: what labels, annotations and files in ConfigMaps are called.
const KEY_NAME = /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/;
const POSITION = /^\d+$/;
// Maps whose keys have dots: the API server prints those keys without brackets.
const DOTTED_MAPS = ['f:metadata f:labels', 'f:metadata f:annotations'];
const DOTTED_ROOTS = ['f:data', 'f:binaryData', 'f:stringData'];

/**
 * A path for people, and unambiguous: `spec.template.spec.containers[name="discovery"].image`, `spec.ports[port=80,protocol="TCP"]`,
 * `metadata.labels[app.kubernetes.io/name]`, `metadata.finalizers[="x"]`, `spec.args[0]`, `spec.hosts["*.shop"]`.
 */
export function pathText(path: FieldPath): string {
  const texts = path.map((element, index) => elementText(element, path.slice(0, index)));
  return texts.join('').replace(/^\./, '');
}

/**
 * Reads what `pathText` writes, and the paths in conflicts of the API server: those begin with a dot, and print labels, annotations and
 * data as `.metadata.labels.app.kubernetes.io/name`.
 * @throws UpgradeError (exit 2) when the text is no path
 */
export function parsePathText(text: string): FieldPath {
  const path: string[] = [];
  let rest = text.startsWith('.') || text.startsWith('[') || text === '' ? text : `.${text}`;
  while (rest !== '') {
    const step = rest.startsWith('.') ? nameStep(rest, path) : bracketStep(rest);
    if (step === undefined) throw notAPath(text, rest);
    path.push(step.element);
    rest = rest.slice(step.length);
  }
  return path;
}

interface Step {
  readonly element: string;
  readonly length: number;
}

function elementText(element: string, before: FieldPath): string {
  const content = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'f:':
      return nameText(content, before);
    case 'k:':
      return `[${keysOf(content)
        .map(([name, value]) => `${name}=${canonicalJson(value)}`)
        .join(',')}]`;
    case 'v:':
      return `[=${content}]`;
    default:
      return `[${content}]`;
  }
}

function nameText(name: string, before: FieldPath): string {
  // A dot behind the key of such a map would be read as part of it.
  const isPlain = PLAIN_NAME.test(name) && !isDottedMap(before.slice(0, -1));
  if (isPlain) return `.${name}`;
  return KEY_NAME.test(name) && !POSITION.test(name) ? `[${name}]` : `[${JSON.stringify(name)}]`;
}

function isDottedMap(path: FieldPath): boolean {
  const [root = ''] = path;
  return path.length === 1 ? DOTTED_ROOTS.includes(root) : DOTTED_MAPS.includes(path.slice(-2).join(' '));
}

function nameStep(rest: string, before: FieldPath): Step | undefined {
  const [found] = (isDottedMap(before) ? /^\.[^[\]]+/ : /^\.[^.[\]]+/).exec(rest) ?? [];
  return found === undefined ? undefined : { element: `f:${found.slice(1)}`, length: found.length };
}

function bracketStep(rest: string): Step | undefined {
  const [bracket] = /^\[(?:"(?:[^"\\]|\\.)*"|[^"\]])*\]/.exec(rest) ?? [];
  if (bracket === undefined) return undefined;
  const element = bracketElement(bracket.slice(1, -1));
  return element === undefined ? undefined : { element, length: bracket.length };
}

function bracketElement(content: string): string | undefined {
  if (POSITION.test(content)) return `i:${content}`;
  if (KEY_NAME.test(content)) return `f:${content}`;
  if (content.startsWith('=')) return jsonElement('v:', content.slice(1));
  if (!content.startsWith('"')) return keysElement(content);
  const name = parsed(content);
  return typeof name === 'string' ? `f:${name}` : undefined;
}

function keysElement(content: string): string | undefined {
  const pairs = content.match(/[A-Za-z0-9_]+=(?:"(?:[^"\\]|\\.)*"|[^",]+)/g) ?? [];
  if (pairs.length === 0 || pairs.join(',') !== content) return undefined;
  const members = pairs.map(
    (pair) => `${JSON.stringify(pair.slice(0, pair.indexOf('=')))}:${pair.slice(pair.indexOf('=') + 1)}`,
  );
  return jsonElement('k:', `{${members.join(',')}}`);
}

function jsonElement(prefix: 'k:' | 'v:', content: string): string | undefined {
  const value = parsed(content);
  return value === undefined ? undefined : `${prefix}${canonicalJson(value)}`;
}

/** The keys of a `k:` element's content, sorted by name as the server writes them. */
function keysOf(content: string): readonly (readonly [string, Json | undefined])[] {
  const keys = parsed(content);
  return isObject(keys) ? Object.entries(keys) : [];
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notAPath(text: string, rest: string): UpgradeError {
  return new UpgradeError(`${text} is no field path: cannot read ${rest}`, {
    hint: 'write it like spec.template.spec.containers[name="discovery"].image',
    exit: EXIT.usage,
  });
}
