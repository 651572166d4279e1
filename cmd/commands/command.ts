import type { ArgumentsCamelCase, Argv, InferredOptionTypes, PositionalOptions } from 'yargs';
import type { ExitCode } from '../../src/core/errors.ts';
import type { Flags } from '../flags/flags.ts';
import type { Shell } from '../shell.ts';

export type Words = Readonly<Record<string, PositionalOptions & { readonly type: 'string' }>>;

/** A command as people type it: what help, completion and the documentation know of it. */
export interface Command {
  readonly name: string;
  readonly describe: string;
  /** What goes behind the name, as usage shows it: `[run..]`; empty for nothing. */
  readonly usage: string;
  readonly words: Words;
  readonly flags: Flags;
  /** A command line, and what it is for. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Makes it known to a parser, which calls it with what it has understood. */
  readonly register: (parser: Argv, context: Context) => Argv;
}

/** What a command has of the program that it is part of. */
export interface Context {
  readonly shell: Shell;
  readonly done: (exit: ExitCode) => void;
}

interface Spec<F extends Flags, W extends Words> extends Pick<Command, 'name' | 'describe' | 'examples'> {
  readonly usage?: string;
  readonly words: W;
  readonly flags: F;
  readonly run: (args: ArgumentsCamelCase<InferredOptionTypes<F & W>>, shell: Shell) => Promise<ExitCode>;
}

/** A command whose work is loaded when it is called. */
export function command<F extends Flags, W extends Words>({ usage = '', run, ...spec }: Spec<F, W>): Command {
  const { name, describe, words, flags, examples } = spec;
  const ownFlags = Object.keys(flags).filter((flag) => flags[flag]?.group === undefined);
  const build = (own: Argv) => {
    for (const [word, options] of Object.entries(words)) own.positional(word, options);
    if (ownFlags.length > 0) own.group([...ownFlags, 'help'], 'Flags:');
    for (const [line, what] of examples) own.example(`$0 ${line}`, what);
    return own.options<F & W>({ ...flags, ...words });
  };
  return {
    ...spec,
    usage,
    register: (parser, { shell, done }) =>
      parser.command<InferredOptionTypes<F & W>>(`${name} ${usage}`.trimEnd(), describe, build, async (args) =>
        done(await run(args, shell)),
      ),
  };
}
