import yargs, { type Argv, type Options } from 'yargs';
import { EXIT, type ExitCode, UpgradeError, UpgradeErrors } from '../src/core/errors.ts';
import { nearest } from '../src/core/nearest.ts';
import { escapeControls } from '../src/diff/escape.ts';
import { checkFlags } from './check-flags.ts';
import { systemClock } from './clock.ts';
import { connectionFlags, last, parseNumber } from './connection.ts';
import { historyFlags } from './history-flags.ts';
import { PLAN_OUTPUTS, planFlags } from './plan-flags.ts';
import { rollbackFlags } from './rollback-flags.ts';
import type { Shell } from './shell.ts';
import { stateFlags } from './state-directory.ts';
import { statusFlags } from './status-flags.ts';
import { VERSION } from './version.ts';

const NAME = 'kubectl istio-upgrade';

/**
 * The whole program: words in, exit code out. Only here do errors become text and numbers.
 * @returns the exit code; nothing is thrown
 */
export async function main(shell: Shell): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const parser = program((code) => {
    exit = code;
  }, shell);
  try {
    await parser.parseAsync(withStdin(shell.argv), {}, (error, _argv, output) => {
      if (output !== '' && !error) shell.out(`${output}\n`);
    });
    return exit;
  } catch (error) {
    return report(error, shell);
  }
}

function program(done: (code: ExitCode) => void, shell: Shell): Argv {
  return yargs()
    .scriptName(NAME)
    .usage(
      '$0 <command>\n\nPlans a whole Istio upgrade in memory, shows it as a diff, and applies it once it is confirmed.',
    )
    .command(
      'plan',
      'show what an upgrade would change; writes nothing',
      (command) =>
        command
          .group([...Object.keys(planFlags), 'out', 'output', 'detailed-exitcode', 'write-manifests', 'help'], 'Flags:')
          .options({ ...planFlags, ...connectionFlags })
          .option('out', {
            type: 'string',
            nargs: 1,
            describe: 'also save the plan to this file, for apply FILE; it holds no values of Secrets',
          })
          .option('output', {
            alias: 'o',
            type: 'string',
            choices: PLAN_OUTPUTS,
            default: 'text' as const,
            describe: 'output format',
          })
          .option('detailed-exitcode', {
            type: 'boolean',
            default: false,
            describe: 'exit with 5 when there are changes and nothing blocks',
          })
          .option('write-manifests', {
            type: 'string',
            nargs: 1,
            describe:
              'also write the resulting objects into this new or empty directory, with a README of how to apply them',
          })
          .example('$0 plan --release istio-1.2.10 --values mesh.yaml', 'the difference to a release, with your values')
          .example(
            '$0 plan -f istio-init/files -f istio-1.2.yaml',
            'the difference to the release rendered into these files',
          )
          .example('$0 plan --release 1.2.10 --phase control-plane -o json', 'one phase, for a program'),
      async (args) => done(await (await import('./plan.ts')).runPlanCommand(args, shell)),
    )
    .command(
      'apply [plan]',
      'show the plan, ask, and carry it out',
      (command) =>
        command
          .positional('plan', {
            type: 'string',
            describe: 'a file that plan --out saved: exactly that plan, if everything is as it was',
          })
          .group(
            [
              ...Object.keys(planFlags),
              ...['yes', 'allow-mtls-change', 'timeout', 'settle', 'max-parallel', 'snapshot-out', 'state-dir', 'help'],
            ],
            'Flags:',
          )
          .options({ ...planFlags, ...stateFlags, ...connectionFlags })
          .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'do not ask' })
          .option('allow-mtls-change', {
            type: 'boolean',
            default: false,
            describe: 'with --yes: also make changes that weaken or tighten mutual TLS',
          })
          .option('timeout', { type: 'string', default: '10m', describe: 'how long one wait may take' })
          .option('settle', {
            type: 'string',
            nargs: 1,
            describe:
              'how long new configuration is given to take effect before what rests on it is written (default: 15s; 0 with --snapshot)',
          })
          .option('max-parallel', {
            type: 'string',
            nargs: 1,
            default: '1',
            defaultDescription: '1',
            describe: 'phase data-plane: workloads of one namespace restarted at a time',
            coerce: (value: string | readonly string[]) => parseNumber('--max-parallel', last(value), 1),
          })
          .option('snapshot-out', {
            type: 'string',
            nargs: 1,
            describe: 'where the resulting snapshot is written (default: back to --snapshot)',
          })
          .example('$0 apply --release istio-1.2.10 --values mesh.yaml', 'upgrade the control plane')
          .example('$0 apply upgrade.plan', 'exactly what plan --out upgrade.plan has shown')
          .example('$0 apply --phase data-plane -n shop', 'then bring the workloads of a namespace to its sidecar'),
      async (args) => done(await (await import('./apply.ts')).runApplyCommand(args, shell, systemClock)),
    )
    .command(
      'rollback [run..]',
      'show what would take the last run back, ask, and carry it out',
      (command) =>
        command
          .positional('run', {
            type: 'string',
            array: true,
            describe: 'runs to take back, by their ids (default: the last one that wrote something)',
          })
          .group([...Object.keys(rollbackFlags), 'help'], 'Flags:')
          .options({ ...rollbackFlags, ...connectionFlags })
          .example('$0 rollback', 'take the last run back')
          .example('$0 rollback -f istio-1.1.yaml', "go back to the old release's manifests, where no run is kept"),
      async (args) => done(await (await import('./rollback.ts')).runRollbackCommand(args, shell, systemClock)),
    )
    .command(
      'history [run]',
      'list the runs that are kept, or show one of them',
      (command) =>
        command
          .positional('run', { type: 'string', describe: 'a run to show, by its id or the beginning of it' })
          .group([...Object.keys(historyFlags), 'help'], 'Flags:')
          .options(historyFlags)
          .example('$0 history', 'every run that is kept, on any cluster')
          .example('$0 history 20261128 -o yaml', 'all about one'),
      async (args) => done(await (await import('./history.ts')).runHistoryCommand(args, shell)),
    )
    .command(
      'check',
      'look for what goes wrong in the upgrade, before anything is touched; writes nothing',
      (command) =>
        command
          .group([...Object.keys(checkFlags), 'help'], 'Flags:')
          .options({ ...checkFlags, ...connectionFlags })
          .example('$0 check', 'what would break')
          .example('$0 check -f istio-init/files -f istio-1.2.yaml', 'with what this target would lose or change')
          .example('$0 check --explain config-rejected', 'all about one kind of finding'),
      async (args) => done(await (await import('./check.ts')).runCheckCommand(args, shell)),
    )
    .command(
      'status',
      'show what runs where: the control plane, and which workloads have which sidecar; writes nothing',
      (command) =>
        command
          .group([...Object.keys(statusFlags), 'help'], 'Flags:')
          .options({ ...statusFlags, ...connectionFlags })
          .example('$0 status --stale', 'what still has an old sidecar, and what would upgrade it')
          .example('$0 status -n shop -l app=cart -o wide', 'some workloads of one namespace, with images'),
      async (args) => done(await (await import('./status.ts')).runStatusCommand(args, shell)),
    )
    .command(
      'version',
      'print the version of this plugin',
      (command) => command,
      () => {
        shell.out(`${VERSION}\n`);
        done(EXIT.done);
      },
    )
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

/** `-f -`: yargs takes a lone dash for a flag unless it is written as one word with its own. */
function withStdin(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of argv) {
    const before = joined.at(-1);
    if (word === '-' && (before === '-f' || before === '--filename')) joined.splice(-1, 1, '--filename=-');
    else joined.push(word);
  }
  return joined;
}

/** yargs names an unknown flag in its message only. */
function usageHint(message: string): string {
  const [, word] = /^Unknown arguments?: ([^, ]+)/.exec(message) ?? [];
  const meant = word === undefined ? undefined : nearest(word, FLAGS);
  return meant === undefined ? `see: ${NAME} --help` : `did you mean --${meant}?`;
}

const FLAGS = [
  ...Object.keys({
    ...planFlags,
    ...statusFlags,
    ...checkFlags,
    ...rollbackFlags,
    ...historyFlags,
    ...connectionFlags,
  }),
  'out',
  'output',
  'detailed-exitcode',
  'write-manifests',
  'yes',
  'allow-mtls-change',
  'timeout',
  'settle',
  'max-parallel',
  'snapshot-out',
  'help',
];
const LISTS: ReadonlySet<string> = new Set([
  'run',
  ...Object.entries<Options>({ ...planFlags, ...checkFlags, ...rollbackFlags, ...connectionFlags }).flatMap(
    ([name, flag]) => (flag.array ? [name, flag.alias ?? []].flat() : []),
  ),
]);

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
