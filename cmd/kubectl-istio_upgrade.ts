#!/usr/bin/env node
import * as nodeModule from 'node:module';

if (!('enableCompileCache' in nodeModule)) {
  process.stderr.write(`error: Node.js ${process.versions.node} is too old\nhint:  run it with 22.21 or newer\n`);
  process.exit(2);
}
// Everything else is loaded after this, so that from the second run on nothing is compiled again.
nodeModule.enableCompileCache();
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

async function runProgram([program = '', ...args]: readonly string[]): Promise<number> {
  const { spawn } = await import('node:child_process');
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  child.on('error', reject);
  child.on('close', (code, signal) => (code === null ? reject(new Error(`killed by ${signal}`)) : resolve(code)));
  return promise;
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
  runProgram,
  atExit: (clean) => {
    cleanUps.add(clean);
    return () => cleanUps.delete(clean);
  },
  beginsWriting: () => {
    isWriting = true;
  },
  interrupted: interrupt.signal,
});
