import { type Measured, type Program, runPrograms } from './run-program.ts';

export interface Contest {
  /** What this tool does, and what is run instead. */
  readonly ours: string;
  readonly theirs: string;
  /** Programs that are run one after the other. */
  readonly run: { readonly ours: readonly Program[]; readonly theirs: readonly Program[] };
  /** Before each run of either: the same starting point. */
  readonly before?: () => Promise<void>;
}

/** What came of one comparison: medians in milliseconds, peaks in MiB. */
export interface Result {
  readonly ours: string;
  readonly theirs: string;
  /** Of the times of one round: the lower quartile, the median and the upper quartile. */
  readonly ratio: readonly [number, number, number];
  readonly milliseconds: { readonly ours: number; readonly theirs: number };
  readonly memory: { readonly ours: number | undefined; readonly theirs: number | undefined };
}

interface Round {
  readonly ours: Measured;
  readonly theirs: Measured;
}

/**
 * Runs both by turns, so that whatever else the machine does slows down both alike. The first round is not counted.
 * @param rounds that are counted
 */
export async function compare(contest: Contest, rounds: number): Promise<Result> {
  const all: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) all.push(await once(contest, round % 2 === 0));
  const counted = all.slice(1);
  const each = <T>(read: (one: Measured) => T) => ({
    ours: counted.map(({ ours }) => read(ours)),
    theirs: counted.map(({ theirs }) => read(theirs)),
  });
  const [times, peaks] = [each(({ milliseconds }) => milliseconds), each(({ memory }) => memory)];
  const ratios = counted.map(({ ours, theirs }) => ours.milliseconds / theirs.milliseconds);
  return {
    ours: contest.ours,
    theirs: contest.theirs,
    ratio: [quantile(ratios, 1 / 4), quantile(ratios, 1 / 2), quantile(ratios, 3 / 4)],
    milliseconds: { ours: quantile(times.ours, 1 / 2), theirs: quantile(times.theirs, 1 / 2) },
    memory: { ours: highest(peaks.ours), theirs: highest(peaks.theirs) },
  };
}

/** Whoever goes first in one round is second in the next. */
async function once({ run, before = async () => {} }: Contest, oursFirst: boolean): Promise<Round> {
  const measured = async (programs: readonly Program[]): Promise<Measured> => {
    await before();
    return runPrograms(programs);
  };
  if (oursFirst) {
    const ours = await measured(run.ours);
    return { ours, theirs: await measured(run.theirs) };
  }
  const theirs = await measured(run.theirs);
  return { ours: await measured(run.ours), theirs };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
