import type { Options } from 'yargs';
import type { Command } from '../commands/command.ts';
import type { Flags } from '../flags/flags.ts';
import { attachedValue } from '../flags/short-flags.ts';
import { flagNamed, type Line, letterTakesValue, readLine, takesValue } from './read-line.ts';
import { type Candidate, choices, FLAG_SOURCES, NOWHERE, type Source, WORD_SOURCES } from './source.ts';

/** What is to be completed. */
export interface Wanted {
  readonly source: Source;
  /** What is there of it already. */
  readonly typed: string;
  /** What stands before it in the same word: the `-n` of `-nshop`. */
  readonly lead: string;
  /** Values that the line has already. */
  readonly used: readonly string[];
  /** What is before that word. */
  readonly line: Line;
}

const HELP: Flags = { help: { alias: 'h', type: 'boolean', describe: 'show help' } };

/**
 * What the last word of a command line can be.
 * @param words those behind the plugin's name; the last one is typed, and empty where it is a new one
 */
export function wantedAt(words: readonly string[], commands: readonly Command[]): Wanted {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const [name] = readLine(before, HELP).words;
  const command = commands.find((one) => one.name === name);
  const known = { ...command?.flags, ...HELP };
  const line = readLine(before, known);
  const common = { typed, lead: '', used: [], line };
  if (line.isEnded) return { ...common, ...wordWanted(line, command, commands) };
  const { waiting } = line;
  if (waiting !== undefined && takesValue(waiting, known) && !typed.startsWith('-'))
    return { ...common, ...valueWanted(waiting, line, known) };
  if (!typed.startsWith('-')) return { ...common, ...wordWanted(line, command, commands) };
  const begun = valueBegun(typed, known);
  if (begun === undefined) return { ...common, source: choices(flagsLeft(line, known)) };
  const { flag, ...rest } = begun;
  return { ...common, ...rest, ...valueWanted(flag, line, known) };
}

type Partly = Pick<Wanted, 'source' | 'used'>;

/** The value of a flag in the word that is typed. Shells look only at what is behind `=`. */
function valueBegun(word: string, known: Flags): (Pick<Wanted, 'typed' | 'lead'> & { flag: string }) | undefined {
  const [, flag, typed = ''] = /^--([^=]+)=(.*)$/s.exec(word) ?? [];
  if (flag !== undefined) return { flag, typed, lead: '' };
  const attached = attachedValue(word, letterTakesValue(known));
  if (attached === undefined) return undefined;
  const { letters, hasEqualSign, value } = attached;
  return { flag: letters.slice(-1), typed: value, lead: hasEqualSign ? '' : letters };
}

function valueWanted(key: string, line: Line, known: Flags): Partly {
  const [name, options] = flagNamed(key, known) ?? [];
  if (name === undefined || options === undefined) return { source: NOWHERE, used: [] };
  return { source: valueSource(name, options), used: options.array ? (line.flags.get(name) ?? []) : [] };
}

function valueSource(name: string, { type, choices: values }: Options): Source {
  if (type === 'boolean') return choices(['true', 'false'].map((value) => ({ value })));
  if (values !== undefined) return choices(values.map((value) => ({ value: `${value}` })));
  return FLAG_SOURCES[name] ?? NOWHERE;
}

/** The word that stands next in the usage of the command; the command itself where none is named yet. */
function wordWanted({ words }: Line, command: Command | undefined, commands: readonly Command[]): Partly {
  const [name, ...others] = words;
  if (name === undefined)
    return { source: choices(commands.map(({ name: value, describe }) => ({ value, help: describe }))), used: [] };
  const named = Object.entries(command?.words ?? {});
  const last = named.at(-1);
  const [word] = named[others.length] ?? (last?.[1].array ? last : []);
  return { source: WORD_SOURCES[word ?? ''] ?? NOWHERE, used: others };
}

/** Flags that may still be given: only a list is given more than once. */
function flagsLeft({ flags }: Line, known: Flags): readonly Candidate[] {
  return Object.entries(known)
    .filter(([name, { array }]) => array || !flags.has(name))
    .flatMap(([name, { alias = [], describe }]) =>
      [name, alias].flat().map((key) => ({ value: key.length === 1 ? `-${key}` : `--${key}`, help: describe || '' })),
    );
}
