import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../../cli/run.ts';
import { RECENT_KUBECTL, recentKubectl } from '../../programs/recent-kubectl.ts';
import { kubeBinaries, programPath } from '../harness/binaries.ts';
import { onTerminal, SCRIPT, type Seen } from '../harness/terminal.ts';

/** A kubectl that finds the plugin on its PATH. */
export interface Kubectl {
  readonly name: string;
  /** A directory that a test may fill; HOME, and on the PATH. */
  readonly directory: string;
  readonly run: (words: readonly string[], call?: Call) => Promise<Ran>;
  /** The same where a service account is mounted as in a pod. */
  readonly inPod: (words: readonly string[], call: PodCall) => Promise<Ran>;
  /** The same on a terminal, where somebody types. */
  readonly onTerminal: (words: readonly string[], call?: TerminalCall) => Promise<Seen>;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Call {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Sent to the program once its output has this in it. */
  readonly signal?: { readonly after: RegExp; readonly name: NodeJS.Signals };
}

export interface PodCall extends Call {
  /** A directory with its token, namespace and ca.crt. */
  readonly serviceAccount: string;
}

export interface TerminalCall extends Pick<Call, 'env'> {
  readonly typed?: { readonly after: RegExp; readonly keys: string };
  /** A file that gets stdout, or stderr, while the other stays on the terminal. */
  readonly redirect?: string;
}

// `/var/run` is a link to `/run`.
const MOUNTED = '/run/secrets/kubernetes.io/serviceaccount';
const PROGRAM = join(ROOT, 'cmd/kubectl-istio_upgrade.ts');

/** A `describe` of tests that run the plugin by either kubectl, the test cluster's and a recent one; loud where one of them is absent. */
export function pluginTests(name: string, define: (kubectls: readonly Kubectl[]) => void): void {
  const missing = missingProgram();
  if (missing === undefined) {
    describe(name, () =>
      define([kubectl('1.20.2', programPath('kubectl')), kubectl(recentVersion(), recentKubectl())]),
    );
    return;
  }
  if (process.env.ISTIO_UPGRADE_REQUIRE_CLUSTER !== '1') test(name, { skip: missing });
  else
    test(name, () => {
      throw new Error(missing);
    });
}

function missingProgram(): string | undefined {
  if (kubeBinaries() === undefined) return 'NOT RUN, no API server: run scripts/kube-binaries.sh';
  if (!existsSync(recentKubectl())) return 'NOT RUN, no recent kubectl: npm run kubectl';
  return existsSync(SCRIPT) ? undefined : 'NOT RUN, no terminal: /usr/bin/script of util-linux is absent';
}

function recentVersion(): string {
  return process.env.KUBECTL === undefined ? RECENT_KUBECTL.version : process.env.KUBECTL;
}

function kubectl(version: string, program: string): Kubectl {
  const directory = mkdtempSync(join(tmpdir(), 'istio-upgrade-plugin-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  writeProgram(directory, 'kubectl-istio_upgrade', `exec '${process.execPath}' '${PROGRAM}' "$@"`);
  const environment = (more: Call['env'] = {}) => ({
    PATH: `${directory}:${process.env.PATH}`,
    HOME: directory,
    TERM: 'xterm',
    ...more,
  });
  return {
    name: `kubectl ${version}`,
    directory,
    run: (words, { env, ...call } = {}) => ran(spawn(program, words, { env: environment(env) }), call),
    inPod: (words, { env, serviceAccount, ...call }) => {
      const mount = `mount -t tmpfs tmpfs /run && mkdir -p ${MOUNTED} && cp '${serviceAccount}'/* ${MOUNTED} && exec "$@"`;
      const pod = ['-rm', 'sh', '-c', mount, 'sh', program, ...words];
      return ran(spawn('/usr/bin/unshare', pod, { env: environment(env) }), call);
    },
    onTerminal: (words, { env, redirect, ...call } = {}) => {
      const command = [program, ...words].map((word) => `'${word}'`).join(' ');
      const line = redirect === undefined ? command : `${command} ${redirect}`;
      return onTerminal(line, { env: environment(env), ...call });
    },
  };
}

/** A program of a few lines of shell on the PATH of a directory. @returns its path */
export function writeProgram(directory: string, name: string, script: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function ran(child: ChildProcess, { stdin = '', signal }: Call): Promise<Ran> {
  const printed = { out: '', err: '' };
  let isSent = false;
  const got = (stream: 'out' | 'err') => (text: string) => {
    printed[stream] += text;
    if (signal === undefined || isSent || !signal.after.test(printed[stream])) return;
    isSent = true;
    child.kill(signal.name);
  };
  child.stdin?.on('error', () => {});
  child.stdin?.end(stdin);
  child.stdout?.setEncoding('utf8').on('data', got('out'));
  child.stderr?.setEncoding('utf8').on('data', got('err'));
  return { code: await ended(child), ...printed };
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
}
