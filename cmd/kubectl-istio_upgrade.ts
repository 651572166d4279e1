#!/usr/bin/env node
import * as nodeModule from 'node:module';
import { compileCache } from './compile-cache.ts';
import { restoreNodeOptions } from './node-options.ts';
import { READY_SCREENS } from './ready-screens.ts';

if (!('enableCompileCache' in nodeModule)) {
  process.stderr.write(`error: Node.js ${process.versions.node} is too old\nhint:  run it with 22.21 or newer\n`);
  process.exit(2);
}
const ready = new Map(Object.entries(READY_SCREENS)).get(process.argv.slice(2).join(' '));
if (ready !== undefined) await printAndExit(ready);
// Everything else is loaded after this, so that from the second run on nothing is compiled again.
const compiled = compileCache(process.env, process.platform);
if (compiled !== undefined) nodeModule.enableCompileCache(compiled);
restoreNodeOptions(process.env);
const [{ main }, { liveScreen }, { systemTimer }] = await Promise.all([
  import('./main.ts'),
  import('./screen/live-screen.ts'),
  import('./timer.ts'),
]);

// A pseudo-terminal may have no size.
const screen = liveScreen(
  (text) => process.stderr.write(text),
  () => ({ columns: process.stderr.columns || 80, rows: process.stderr.rows || 24 }),
);
// Whoever stopped the program has printed something meanwhile.
process.on('SIGCONT', screen.letGo);

const interrupt = new AbortController();
let isWriting = false;
let isHurried = false;
function stop(): void {
  if (!isWriting || interrupt.signal.aborted) {
    screen.show([]);
    process.exit(130);
  }
  // The terminal has shown ^C where the cursor is: below the rows, or behind who knows what.
  const above = screen.isShowing() ? '' : '\n';
  screen.print(`${above}interrupted: the change in flight is finished first; press Ctrl-C again to stop at once\n`);
  interrupt.abort();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
const cleanUps = new Set<() => void>();
process.on('exit', () => {
  for (const clean of cleanUps) clean();
});
const GONE = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];
// A reader that has seen enough (`| head`), or a terminal that was closed (EIO), is no error, and no reason to leave an upgrade half done.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  const isReaderGone = GONE.includes(error.code ?? '') && (error.syscall ?? 'write') === 'write';
  if (!isReaderGone) throw error;
});

/** Also when the reader has seen enough. */
function printAndExit(text: string): Promise<never> {
  return new Promise(() => process.stdout.write(text, () => process.exit(0)));
}

async function ask(question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const letGo = screen.hold();
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.once('SIGINT', stop);
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  const answer = await Promise.race([
    lines.question(question, { signal: interrupt.signal }).catch(() => undefined),
    ended,
  ]);
  lines.close();
  letGo();
  return answer;
}

async function runProgram([program = '', ...args]: readonly string[]): Promise<number> {
  const { spawn } = await import('node:child_process');
  const letGo = screen.hold();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  child.on('error', reject);
  child.on('close', (code, signal) => (code === null ? reject(new Error(`killed by ${signal}`)) : resolve(code)));
  return promise.finally(letGo);
}

// The standard streams are made when they are first touched; what only prints help touches one of them.
process.exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  out: (text) => {
    // Both may be the same terminal.
    const letGo = screen.hold();
    process.stdout.write(text);
    letGo();
  },
  err: screen.print,
  screen,
  timer: systemTimer,
  get stdin() {
    return process.stdin;
  },
  get isStdinTerminal() {
    return process.stdin.isTTY === true;
  },
  get isStdoutTerminal() {
    return process.stdout.isTTY === true;
  },
  get isStderrTerminal() {
    return process.stderr.isTTY === true;
  },
  ask,
  runProgram,
  atExit: (clean) => {
    cleanUps.add(clean);
    return () => cleanUps.delete(clean);
  },
  endsAtOnce: () => {
    isHurried = true;
  },
  beginsWriting: () => {
    isWriting = true;
  },
  interrupted: interrupt.signal,
});
// Some of what may be under way cannot be given up, such as the question to a name server that does not answer.
if (isHurried) process.stdout.write('', () => process.exit());
