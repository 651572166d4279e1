import yargs, { type Argv } from 'yargs';
import { COMMANDS } from '../../cmd/commands/index.ts';

/**
 * Whether the program would take such a command line, without doing what it says.
 * @param words behind `kubectl istio-upgrade`
 * @returns what is wrong with it; undefined for nothing
 */
export function whyRefused(words: readonly string[]): string | undefined {
  let complaint: string | undefined;
  try {
    parser().parse([...words], {}, (error) => {
      complaint = error?.message;
    });
  } catch (error) {
    complaint = error instanceof Error ? error.message : String(error);
  }
  return complaint;
}

function parser(): Argv {
  const empty = yargs().demandCommand(1).strict().parserConfiguration({ 'greedy-arrays': false }).exitProcess(false);
  for (const { name, usage, describe, words, flags } of COMMANDS)
    empty.command(`${name} ${usage}`.trimEnd(), describe, { ...flags, ...words }, () => undefined);
  return empty.version(false).help();
}
