import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface StartUp {
  readonly name: string;
  /** The median. */
  readonly milliseconds: number;
  /** Against the same Node.js with nothing to do. */
  readonly ratio: number;
}

const WORDS: readonly (readonly string[])[] = [['--help'], ['version'], ['plan', '--help'], ['history']];

/**
 * How long an unpacked archive takes to answer, against its own Node.js with nothing to do: all in turn, so that whatever else the machine does
 * hits all, and one uncounted round first.
 * @param directory where it is unpacked
 */
export function measureStartUp(directory: string, rounds: number): readonly StartUp[] {
  const bare = [join(directory, 'lib/node'), '-e', '0'];
  const commands = [bare, ...WORDS.map((words) => [join(directory, 'kubectl-istio_upgrade'), ...words])];
  const times = Array.from({ length: rounds + 1 }, () => commands.map(time)).slice(1);
  const medians = commands.map((_, index) => median(times.map((round) => round[index] ?? 0)));
  const [bareMedian = 1] = medians;
  return ['node -e 0', ...WORDS.map((words) => words.join(' '))].map((name, index) => {
    const milliseconds = medians[index] ?? 0;
    return { name, milliseconds, ratio: milliseconds / bareMedian };
  });
}

function time([program = '', ...argv]: readonly string[]): number {
  const began = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')} ended with ${status}: ${stderr}`);
  return Number(process.hrtime.bigint() - began) / 1e6;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
