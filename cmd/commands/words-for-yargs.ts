import type { Options } from 'yargs';
import { attachedValue } from '../flags/short-flags.ts';
import { COMMANDS } from './index.ts';

const TAKES_VALUE: ReadonlyMap<string, boolean> = new Map([
  ...COMMANDS.flatMap(({ flags }) => Object.entries<Options>(flags)).flatMap(([name, { alias, type }]) =>
    [name, alias ?? []].flat().map((key) => [key, type !== 'boolean'] as const),
  ),
  ['h', false],
]);

/** A command line as kubectl reads it: `-f -`, in which yargs takes a lone dash for a flag, and `-nshop`, in which it takes each letter for one. */
export function wordsForYargs(argv: readonly string[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const words: string[] = [];
  for (const word of argv.slice(0, end)) {
    const before = words.at(-1);
    const attached = attachedValue(word, (letter) => TAKES_VALUE.get(letter));
    if (word === '-' && (before === '-f' || before === '--filename')) words.splice(-1, 1, '--filename=-');
    else words.push(attached === undefined ? word : `${attached.letters}=${attached.value}`);
  }
  return [...words, ...argv.slice(end)];
}
