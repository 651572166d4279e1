import yargs, { type Argv, type Options } from 'yargs';
import { EXIT, type ExitCode, UpgradeError, UpgradeErrors } from '../src/core/errors.ts';
import { nearest } from '../src/core/nearest.ts';
import { escapeControls } from '../src/diff/escape.ts';
import { COMMANDS } from './commands/index.ts';
import { wordsForYargs } from './commands/words-for-yargs.ts';
import type { Shell } from './shell.ts';

const NAME = 'kubectl istio-upgrade';
/** What programs made with Cobra are asked for completions with, and so this one. No person types it, so help does not have it. */
const COMPLETE = '__complete';

/**
 * The whole program: words in, exit code out. Only here do errors become text and numbers.
 * @returns the exit code; nothing is thrown
 */
export async function main(shell: Shell): Promise<ExitCode> {
  const [first, ...words] = shell.argv;
  if (first === COMPLETE) return (await import('./completion/complete.ts')).complete(words, shell);
  let exit: ExitCode = EXIT.done;
  const parser = program((code) => {
    exit = code;
  }, shell);
  try {
    await parser.parseAsync(wordsForYargs(shell.argv), {}, (error, _argv, output) => {
      if (output !== '' && !error) shell.out(`${output}\n`);
    });
    return exit;
  } catch (error) {
    return report(error, shell);
  }
}

function program(done: (code: ExitCode) => void, shell: Shell): Argv {
  const parser = yargs()
    .scriptName(NAME)
    .usage(
      '$0 <command>\n\nPlans a whole Istio upgrade in memory, shows it as a diff, and applies it once it is confirmed.',
    );
  for (const command of COMMANDS) command.register(parser, { shell, done });
  return parser
    .demandCommand(1, 'name a command')
    .strict()
    .recommendCommands()
    .parserConfiguration({ 'greedy-arrays': false })
    .middleware(lastOfRepeated, true)
    .version(false)
    .help()
    .alias('help', 'h')
    .epilogue(
      'Exit codes: 0 done, 1 failed, 2 usage, 3 blocked, 4 declined, 5 changes (plan --detailed-exitcode), 130 interrupted.',
    )
    .wrap(110)
    .exitProcess(false)
    .fail((message, error) => {
      // yargs' own errors are about words on the command line; any other one comes from a command.
      if (error && error.name !== 'YError') throw error;
      const text = error?.message ?? message;
      throw new UpgradeError(text, { exit: EXIT.usage, hint: usageHint(text) });
    });
}

/** yargs names an unknown flag in its message only. */
function usageHint(message: string): string {
  const [, word] = /^Unknown arguments?: ([^, ]+)/.exec(message) ?? [];
  const meant = word === undefined ? undefined : nearest(word, FLAGS);
  return meant === undefined ? `see: ${NAME} --help` : `did you mean --${meant}?`;
}

const OPTIONS = COMMANDS.flatMap(({ flags, words }) => Object.entries<Options>({ ...flags, ...words }));
const FLAGS = [...new Set(OPTIONS.map(([name]) => name)), 'help'];
const LISTS: ReadonlySet<string> = new Set(
  OPTIONS.flatMap(([name, { array, alias }]) => (array ? [name, alias ?? []].flat() : [])),
);

/** As with kubectl, the last of a repeated flag counts, unless the flag is a list. */
function lastOfRepeated(args: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(args)) {
    const isList = LISTS.has(name) || LISTS.has(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
    if (name !== '_' && Array.isArray(value) && !isList) args[name] = value.at(-1);
  }
}

function report(error: unknown, shell: Shell): ExitCode {
  if (error instanceof UpgradeErrors) {
    for (const each of error.errors) shell.err(errorText(each));
    return error.exit;
  }
  if (error instanceof UpgradeError) {
    shell.err(errorText(error));
    return error.exit;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  shell.err(`error: this is a bug in ${NAME}, please report it\n${escapeControls(stack)}\n`);
  return EXIT.failed;
}

function errorText({ message, hint }: UpgradeError): string {
  const first = `error: ${escapeControls(message)}\n`;
  return hint === undefined ? first : `${first}hint:  ${escapeControls(hint)}\n`;
}
