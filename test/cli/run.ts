import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { main } from '../../cmd/main.ts';
import { liveScreen } from '../../cmd/screen/live-screen.ts';
import type { Shell } from '../../cmd/shell.ts';
import { systemTimer } from '../../cmd/timer.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Where the program keeps its runs in tests, and not in the home of whoever runs them. */
export const STATE_HOME = mkdtempSync(join(tmpdir(), 'istio-upgrade-state-'));
process.once('exit', () => rmSync(STATE_HOME, { recursive: true, force: true }));

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** What the person at the terminal types, or does before typing it; without it there is no terminal. */
  readonly answer?: string | (() => Promise<string>);
  readonly isTerminal?: boolean;
  readonly interrupted?: AbortSignal;
}

/** Runs the program in this process, as the binary does, and keeps what it prints. */
export async function run(argv: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
  const printed = { out: '', err: '' };
  const exit = await main(shellIn(surroundings, argv, printed));
  return { exit, ...printed };
}

/** @param printed gets what is printed */
export function shellIn(
  { env = {}, stdin = '', answer, isTerminal = false, interrupted }: Surroundings,
  argv: readonly string[] = [],
  printed = { out: '', err: '' },
): Shell {
  const screen = liveScreen(
    (text) => {
      printed.err += text;
    },
    () => ({ columns: 80, rows: 24 }),
  );
  return {
    argv,
    env: env.HOME === undefined ? { XDG_STATE_HOME: STATE_HOME, ...env } : env,
    out: (text) => {
      printed.out += text;
    },
    err: screen.print,
    screen,
    timer: systemTimer,
    stdin: (async function* () {
      yield stdin;
    })(),
    isStdinTerminal: answer !== undefined,
    isStdoutTerminal: isTerminal,
    isStderrTerminal: isTerminal,
    ask: async (question) => {
      printed.err += question;
      return typeof answer === 'function' ? answer() : answer;
    },
    runProgram: async ([program = '', ...args]) => {
      const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
      if (error !== undefined) throw error;
      printed.out += stdout;
      printed.err += stderr;
      return status ?? 0;
    },
    atExit: () => () => undefined,
    endsAtOnce: () => undefined,
    beginsWriting: () => undefined,
    interrupted: interrupted ?? new AbortController().signal,
  };
}

/** What is printed with `TIME` for each duration: those of the `done:` line. */
export function withoutTimes(out: string): string {
  return out.replace(/^done: .*$/gm, (line) => line.replace(/\b(?:\d+ms|\d+s|\d+m\d\ds)(?=[,)]| \(|$)/g, 'TIME'));
}
