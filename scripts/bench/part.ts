import type { Result } from './compare.ts';

export interface PartOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Shares of the big mesh, smallest first. */
  readonly sizes: readonly number[];
}

/** Some of the comparisons, on a cluster of their own; results are told as they come. */
export type Part = (options: PartOptions) => AsyncGenerator<Result>;
