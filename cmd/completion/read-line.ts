import type { Options } from 'yargs';
import type { Flags } from '../flags/flags.ts';
import { attachedValue } from '../flags/short-flags.ts';

/** Words as the parser understands them, should the line end here. */
export interface Line {
  /** What is neither a flag nor the value of one. */
  readonly words: readonly string[];
  /** By their long names, with the values that they got. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** The flag that takes the next word for its value, if it can be one. */
  readonly waiting: string | undefined;
  /** Behind `--` nothing is a flag. */
  readonly isEnded: boolean;
}

const NEGATIVE_NUMBER = /^-([0-9]+(\.[0-9]+)?|\.[0-9]+)$/;

/**
 * Reads words as yargs does that knows these flags; what is wrong with them it says when the line is run.
 * @see https://github.com/yargs/yargs-parser/blob/main/lib/yargs-parser.ts
 */
export function readLine(words: readonly string[], known: Flags): Line {
  let line: Line = { words: [], flags: new Map(), waiting: undefined, isEnded: false };
  for (const word of words) line = withWord(line, word, known);
  return line;
}

/** The long name and the options of a flag, by any of its names. */
export function flagNamed(key: string, known: Flags): readonly [name: string, options: Options] | undefined {
  return Object.entries(known).find(([name, { alias }]) => name === key || alias === key || alias?.includes(key));
}

/** Of a flag that it does not know, yargs takes the next word for its value. */
export function takesValue(key: string, known: Flags): boolean {
  return flagNamed(key, known)?.[1].type !== 'boolean';
}

/** Whether a letter is a flag that takes a value; undefined where it is none. */
export function letterTakesValue(known: Flags): (letter: string) => boolean | undefined {
  return (letter) => (flagNamed(letter, known) === undefined ? undefined : takesValue(letter, known));
}

function withWord(line: Line, word: string, known: Flags): Line {
  const { waiting } = line;
  const next: Line = { ...line, waiting: undefined };
  if (line.isEnded) return withPlain(next, word);
  if (waiting !== undefined && canBeValueOf(waiting, word, known)) return withValues(next, waiting, [word]);
  if (word === '--') return { ...next, isEnded: true };
  return isFlag(word) ? withFlags(next, word, known) : withPlain(next, word);
}

function withPlain(line: Line, word: string): Line {
  return { ...line, words: [...line.words, word] };
}

function withFlags(line: Line, word: string, known: Flags): Line {
  const { keys, value } = keysOf(word, known);
  const names = keys.map((key) => flagNamed(key, known)?.[0] ?? key);
  const last = names.at(-1) ?? '';
  const alone = value === undefined ? names : names.slice(0, -1);
  const given = alone.reduce((before, name) => withValues(before, name, takesValue(name, known) ? [] : ['true']), line);
  return value === undefined ? { ...given, waiting: last } : withValues(given, last, [value]);
}

function withValues(line: Line, name: string, values: readonly string[]): Line {
  return { ...line, flags: new Map([...line.flags, [name, [...(line.flags.get(name) ?? []), ...values]]]) };
}

function canBeValueOf(flag: string, word: string, known: Flags): boolean {
  return takesValue(flag, known) ? !isFlag(word) && word !== '--' : /^(true|false)$/.test(word);
}

/** A lone dash is none: it stands for stdin. */
function isFlag(word: string): boolean {
  return /^-./s.test(word) && !NEGATIVE_NUMBER.test(word);
}

/** The flags of one word: one long one, or letters. */
function keysOf(word: string, known: Flags): { readonly keys: readonly string[]; readonly value: string | undefined } {
  const attached = attachedValue(word, letterTakesValue(known));
  if (attached !== undefined) return { keys: [...attached.letters.slice(1)], value: attached.value };
  const [, dashes, name = '', value] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (dashes === '-') return { keys: [...name], value };
  const [, negated] = (value === undefined && /^no-(.+)$/.exec(name)) || [];
  return negated === undefined ? { keys: [name], value } : { keys: [negated], value: 'false' };
}
