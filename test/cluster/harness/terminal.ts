import { spawn } from 'node:child_process';

export const SCRIPT = '/usr/bin/script';

export interface TerminalCall {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What somebody types, once the screen has this on it. */
  readonly typed?: { readonly after: RegExp; readonly keys: string };
}

export interface Seen {
  readonly code: number;
  /** All that the terminal got. */
  readonly screen: string;
}

/** Runs a line of shell on a terminal, by util-linux's `script`: what is written to its stdin is typed, and its exit code is the line's. */
export async function onTerminal(line: string, { env, cwd, typed }: TerminalCall): Promise<Seen> {
  const child = spawn(SCRIPT, ['-qefc', line, '/dev/null'], { env, cwd });
  const ended = Promise.withResolvers<number>();
  child.once('error', ended.reject);
  child.once('close', (code) => ended.resolve(code ?? -1));
  let screen = '';
  let isTyped = false;
  child.stdin.on('error', () => {});
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (typed === undefined || isTyped || !typed.after.test(screen)) return;
    isTyped = true;
    child.stdin.write(typed.keys);
  });
  const code = await ended.promise;
  // A line editor sends a return of its own before the terminal adds one.
  return { code, screen: screen.replaceAll(/\r+\n/g, '\n') };
}
