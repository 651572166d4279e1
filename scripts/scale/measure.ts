import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestCluster } from '../../test/cluster/harness/cluster.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const READER = join(import.meta.dirname, 'plain-reader.ts');
const PEAK = join(import.meta.dirname, 'print-peak.ts');
const MEGABYTES = 1 << 28;

export interface Measured {
  readonly milliseconds: number;
  /** Peak resident memory in MiB. */
  readonly memory: number;
  readonly out: string;
  readonly err: string;
}

export interface Measuring {
  readonly env: Readonly<Record<string, string>>;
  /** Exit codes that count as success. */
  readonly exits?: readonly number[];
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The bundle, which is what people run. */
export function bundle(): string {
  const program = join(ROOT, 'dist/kubectl-istio_upgrade.js');
  if (!existsSync(program)) throw new Error('no bundle: npm run bundle');
  return program;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** One run of a program in a process of its own, which has a peak of its own. */
export function measure(argv: readonly string[], { env, exits = [0] }: Measuring): Measured {
  const began = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', PEAK, ...argv], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: MEGABYTES,
  });
  const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
  if (!exits.includes(status ?? -1)) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  const memory = Number(/peak (\d+) KiB/.exec(stderr)?.[1]) / 1024;
  return { milliseconds, memory, out: stdout, err: stderr };
}

/** Reads lists page by page by plain requests, in a process of its own, and parses them. */
export function readPlainly(cluster: TestCluster, paths: readonly string[]): Measured {
  const env = { URL: cluster.url, CA: cluster.authority.own.cert, TOKEN: 'admin-token', LISTS: paths.join(' ') };
  return measure([READER], { env });
}
