import { spawn } from 'node:child_process';
import path from 'node:path';
import { programPath } from './binaries.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlCall {
  readonly kubeconfig: string;
  /** Of kubectl's own cache. */
  readonly directory: string;
  readonly input?: string | undefined;
}

/** Runs kubectl; a code other than 0 is no error here. */
export function runKubectl(args: readonly string[], { kubeconfig, directory, input }: KubectlCall): Promise<Ran> {
  const cache = `--cache-dir=${path.join(directory, 'kubectl-cache')}`;
  const child = spawn(programPath('kubectl'), [`--kubeconfig=${kubeconfig}`, cache, ...args], {
    env: { PATH: process.env.PATH, HOME: directory },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}
