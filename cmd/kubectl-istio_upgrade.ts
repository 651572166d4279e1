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
const { main } = await import('./main.ts');

const interrupt = new AbortController();
let isWriting = false;
function stop(): void {
  if (!isWriting || interrupt.signal.aborted) process.exit(130);
  process.stderr.write('\ninterrupted: the change in flight is finished first; press Ctrl-C again to stop at once\n');
  interrupt.abort();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
const cleanUps = new Set<() => void>();
process.on('exit', () => {
  for (const clean of cleanUps) clean();
});
// A reader that has seen enough (`| head`) is no error, and no reason to leave an upgrade half done.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  const isReaderGone = (error.code === 'EPIPE' && error.syscall === 'write') || error.code === 'ERR_STREAM_DESTROYED';
  if (!isReaderGone) throw error;
});

/** Also when the reader has seen enough. */
function printAndExit(text: string): Promise<never> {
  return new Promise(() => process.stdout.write(text, () => process.exit(0)));
}

async function ask(question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.once('SIGINT', stop);
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  const answer = await Promise.race([
    lines.question(question, { signal: interrupt.signal }).catch(() => undefined),
    ended,
  ]);
  lines.close();
  return answer;
}

// The standard streams are made when they are first touched; what only prints help touches one of them.
process.exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
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
  atExit: (clean) => {
    cleanUps.add(clean);
    return () => cleanUps.delete(clean);
  },
  beginsWriting: () => {
    isWriting = true;
  },
  interrupted: interrupt.signal,
});
