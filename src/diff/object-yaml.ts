import { Document, Scalar } from 'yaml';
import { isArray, isObject, type Json, type JsonObject } from '../core/json.ts';
import { escapeControls } from './escape.ts';

// Shorter values fit on a screen as they are.
const LONG = 400;
const FIRST_KEYS = ['apiVersion', 'kind', 'metadata'];

/**
 * An object as kubectl prints it: keys sorted, lists not indented, multi-line strings as blocks. Of long strings that are JSON on one
 * line (the injector's `values`), every member gets its own line.
 * @param other the state to compare with: where only white space in such JSON differs, it is shown as it is
 * @returns text that ends in a line break; empty for undefined
 */
export function objectYaml(object: JsonObject | undefined, other?: JsonObject): string {
  if (object === undefined) return '';
  const document = new Document(printable(object, other, FIRST_KEYS), {
    // Quotes what YAML 1.1 would not read as a string: `yes`, `1:30`.
    schema: 'yaml-1.1',
    aliasDuplicateObjects: false,
  });
  return document.toString({ lineWidth: 0, indentSeq: false, blockQuote: 'literal' });
}

type Printable = Json | Scalar | readonly Printable[] | { readonly [key: string]: Printable };

function printable(value: Json, other: Json | undefined, firstKeys: readonly string[] = []): Printable {
  if (typeof value === 'string') return printableString(value, other);
  if (isArray(value)) return value.map((item, index) => printable(item, isArray(other) ? other[index] : undefined));
  if (!isObject(value)) return value;
  const members: [string, Printable][] = [];
  for (const key of sortedKeys(value, firstKeys)) {
    members.push([key, printable(value[key] ?? null, isObject(other) ? other[key] : undefined)]);
  }
  return Object.fromEntries(members);
}

function sortedKeys(object: JsonObject, firstKeys: readonly string[]): string[] {
  const present = Object.keys(object).filter((key) => object[key] !== undefined);
  const first = firstKeys.filter((key) => present.includes(key));
  return [...first, ...present.filter((key) => !first.includes(key)).sort()];
}

function printableString(text: string, other: Json | undefined): string | Scalar {
  if (text.includes('\n')) return printableLines(text);
  const lines = jsonLines(text);
  const isHidingTheDifference = typeof other === 'string' && other !== text && jsonLines(other) === lines;
  return lines === undefined || isHidingTheDifference ? text : block(lines, ['JSON, in one line']);
}

/** YAML has no blocks with control characters, nor any that end in white space; in quotes, the whole text would be one line. */
function printableLines(text: string): string | Scalar {
  const blank = /\n([\t ]+)$/.exec(text)?.[1] ?? '';
  const escaped = escapeControls(text);
  const comments = [
    ...(escaped === text ? [] : ['control characters escaped']),
    ...(blank === '' ? [] : [`and then ${JSON.stringify(blank)}`]),
  ];
  return comments.length === 0 ? text : block(escaped.slice(0, escaped.length - blank.length), comments);
}

function block(text: string, comments: readonly string[]): Scalar {
  const scalar = new Scalar(text);
  scalar.type = 'BLOCK_LITERAL';
  scalar.comment = ` ${comments.join(', ')}`;
  return scalar;
}

/** Undefined for a string that is short, has lines of its own, or is no JSON object or list. */
function jsonLines(text: string): string | undefined {
  if (text.length <= LONG || text.includes('\n') || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}
