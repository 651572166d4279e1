import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const SAMPLING = 5;

export interface Program {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that count as success; 0 when absent. */
  readonly exits?: readonly number[];
}

export interface Measured {
  readonly milliseconds: number;
  /** Peak resident memory in MiB; undefined where the system does not tell. */
  readonly memory: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** One run of a program in a process of its own. @throws Error when it ends in any other way than it should */
export async function runProgram({ argv, env = {}, exits = [0] }: Program): Promise<Measured> {
  const [file = '', ...args] = argv;
  const began = performance.now();
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const peak = watchMemory(child);
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  const milliseconds = performance.now() - began;
  if (!exits.includes(code)) throw new Error(`${argv.join(' ')} ended with ${code}: ${err}`);
  return { milliseconds, memory: peak(), out, err };
}

/** Several programs one after the other, as one measurement. */
export async function runPrograms(programs: readonly Program[]): Promise<Measured> {
  let all: Measured = { milliseconds: 0, memory: undefined, out: '', err: '' };
  for (const program of programs) {
    const { milliseconds, memory, out, err } = await runProgram(program);
    const peaks = [all.memory, memory].filter((one) => one !== undefined);
    all = {
      milliseconds: all.milliseconds + milliseconds,
      memory: peaks.length === 0 ? undefined : Math.max(...peaks),
      out: all.out + out,
      err: all.err + err,
    };
  }
  return all;
}

function ended(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on('error', reject).on('exit', (code) => resolve(code ?? -1));
  return promise;
}

/** Looks at what the system keeps of a running process, whatever it is written in. */
function watchMemory(child: ChildProcess): () => number | undefined {
  let peak: number | undefined;
  const look = (): void => {
    peak = peakOf(child.pid) ?? peak;
  };
  const timer = setInterval(look, SAMPLING);
  child.on('exit', () => clearInterval(timer));
  look();
  return () => peak;
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
  } catch {
    return undefined;
  }
}
