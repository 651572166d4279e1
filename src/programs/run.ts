import { spawn } from 'node:child_process';
import { UpgradeError } from '../core/errors.ts';

export interface Output {
  /** undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, without a shell, with nothing on its stdin.
 * @param hint what to do when the program is not there
 * @throws UpgradeError when it cannot be started
 */
export function run(path: string, args: readonly string[], hint: string): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => stderr.push(chunk));
    child.on('error', (cause) => reject(new UpgradeError(`cannot run ${path}: ${cause.message}`, { hint, cause })));
    child.on('close', (code) => resolve({ code: code ?? undefined, stdout: text(stdout), stderr: text(stderr) }));
  });
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}
