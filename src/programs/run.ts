import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { HelmRun, ProgramOutput } from '../app/ports.ts';
import { UpgradeError } from '../core/errors.ts';

export interface RunOptions extends HelmRun {
  /** What to do when the program is not there. */
  readonly hint: string;
  /** Its whole environment; this process's own when absent. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Runs a program to its end, without a shell, with nothing on its stdin.
 * @throws UpgradeError when it cannot be started
 */
export function run(
  path: string,
  args: readonly string[],
  { hint, env, onLine, signal, isDetached = false }: RunOptions,
): Promise<ProgramOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: isDetached,
      ...(env === undefined ? {} : { env: { ...env } }),
      ...(signal === undefined ? {} : { signal }),
    });
    const stdout = collected(child.stdout, onLine && ((line) => onLine(line, 'stdout')));
    const stderr = collected(child.stderr, onLine && ((line) => onLine(line, 'stderr')));
    child.on('error', (cause) => {
      // One that was ended on purpose comes to its close by itself.
      if (cause.name === 'AbortError' && child.pid !== undefined) return;
      reject(new UpgradeError(`cannot run ${path}: ${cause.message}`, { hint, cause }));
    });
    child.on('close', (code) => resolve({ code: code ?? undefined, stdout: stdout(), stderr: stderr() }));
  });
}

/** @returns what came so far, as text */
function collected(stream: Readable, onLine: ((line: string) => void) | undefined): () => string {
  const chunks: Buffer[] = [];
  const decoder = new TextDecoder();
  let begun = '';
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (onLine === undefined) return;
    const lines = `${begun}${decoder.decode(chunk, { stream: true })}`.split(/\r?\n/);
    begun = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (begun !== '') onLine?.(begun);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
