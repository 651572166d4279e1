import type { Flags } from './flags.ts';

/** Flags whose values may be secrets: a token, and what Helm is to set. */
const SECRET = /^(--token|--set|--set-string)(=|$)/;
const VALUES = /^(--set|--set-string)(=|$)/;

/** Words on the command line for others to read. Of what Helm is to set the names stay. */
export function shownWords(words: readonly string[]): readonly string[] {
  return words.map((word, index) => {
    const before = words[index - 1] ?? '';
    if (SECRET.test(before) && !before.includes('=')) return VALUES.test(before) ? withoutValues(word) : '***';
    if (!SECRET.test(word) || !word.includes('=')) return word;
    const [flag = '', ...value] = word.split('=');
    return `${flag}=${VALUES.test(word) ? withoutValues(value.join('=')) : '***'}`;
  });
}

/** `a.b=secret,c=1` → `a.b=***`: a comma may be part of a value. */
function withoutValues(assignments: string): string {
  const [name = ''] = assignments.split('=');
  return `${name}=***`;
}

/** Words on the command line without some flags and their values. */
export function withoutFlags(words: readonly string[], flags: Flags): readonly string[] {
  return flagWords(words, flags).others;
}

/** Only some flags of a command line, with their values. */
export function onlyFlags(words: readonly string[], flags: Flags): readonly string[] {
  return flagWords(words, flags).own;
}

interface Divided {
  readonly own: readonly string[];
  readonly others: readonly string[];
}

function flagWords(words: readonly string[], flags: Flags): Divided {
  const takesValue = new Map(
    Object.entries(flags).flatMap(([name, { type, alias }]) =>
      [`--${name}`, ...[alias ?? []].flat().map((letter) => `-${letter}`)].map((flag) => [flag, type !== 'boolean']),
    ),
  );
  const [own, others]: [string[], string[]] = [[], []];
  for (const [index, word] of words.entries()) {
    const before = words[index - 1] ?? '';
    const isOwn = takesValue.has(word.split('=', 1)[0] ?? '') || takesValue.get(before) === true;
    if (isOwn) own.push(word);
    else others.push(word);
  }
  return { own, others };
}
