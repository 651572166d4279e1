#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { main } from './main.ts';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  if (interrupt.signal.aborted) process.exit(130);
  process.stderr.write('\ninterrupted: the change in flight is finished first; press Ctrl-C again to stop at once\n');
  interrupt.abort();
});
// A reader that has seen enough (`| head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

async function ask(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  const answer = await Promise.race([
    lines.question(question, { signal: interrupt.signal }).catch(() => undefined),
    ended,
  ]);
  lines.close();
  return answer;
}

process.exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  stdin: process.stdin,
  isStdinTerminal: process.stdin.isTTY === true,
  isStdoutTerminal: process.stdout.isTTY === true,
  isStderrTerminal: process.stderr.isTTY === true,
  ask,
  interrupted: interrupt.signal,
});
