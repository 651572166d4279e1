import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { type Program, programPath } from './binaries.ts';

// Outlives the test process by a moment, however that ends: reads process ids until its input closes, then ends those that still run
// with this directory in their arguments (a number may have been given to another process meanwhile), and removes the directory.
const WATCHDOG = `pids=
while read -r pid; do pids="$pids $pid"; done
for pid in $pids; do grep -qF -- "$0" "/proc/$pid/cmdline" 2>/dev/null && kill -9 "$pid"; done
rm -rf -- "$0"`;

export interface RunningProgram {
  readonly program: Program;
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly logFile: string;
}

/** The programs of one cluster: their logs and files are in one directory, and none of it is left when the test process is gone. */
export class Processes {
  readonly #directory: string;
  readonly #watchdog: ChildProcess;
  readonly #running = new Set<RunningProgram>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(path.join(directory, 'logs'), { recursive: true });
    this.#watchdog = spawn('sh', ['-c', WATCHDOG, directory], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.#watchdog.unref();
  }

  start(program: Program, args: readonly string[]): RunningProgram {
    const logFile = path.join(this.#directory, 'logs', `${program}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(programPath(program), args, {
      cwd: this.#directory,
      env: { PATH: process.env.PATH, HOME: this.#directory },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.unref();
    this.#watchdog.stdin?.write(`${child.pid}\n`);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const running = { program, child, ended, logFile };
    this.#running.add(running);
    return running;
  }

  /** Ends it at once; nothing of a test cluster is worth a graceful end. */
  async kill(running: RunningProgram): Promise<void> {
    this.#running.delete(running);
    if (hasEnded(running)) return;
    running.child.ref();
    running.child.kill('SIGKILL');
    await running.ended;
  }

  async stop(): Promise<void> {
    for (const running of [...this.#running]) await this.kill(running);
    this.#watchdog.ref();
    const ended = new Promise<void>((resolve) => this.#watchdog.once('exit', () => resolve()));
    this.#watchdog.stdin?.end();
    await ended;
  }
}

export function hasEnded({ child }: RunningProgram): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** @throws Error with the end of its log when the program does not run any more */
export function assertRuns(running: RunningProgram): void {
  if (!hasEnded(running)) return;
  const log = readFileSync(running.logFile, 'utf8').split('\n').slice(-15).join('\n');
  throw new Error(`${running.program} ended with ${running.child.exitCode ?? running.child.signalCode}:\n${log}`);
}

/** Ports of the loopback interface that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listening(): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** @throws Error when the server does not listen on a port */
export function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
