import type { Problem, Severity } from '../core/problem.ts';

/** All about one kind of problem: what `--explain` tells, and whether `--ignore` may name it. */
export interface ProblemKind {
  readonly id: Problem['id'];
  /** What it usually is; a problem may be less or more. */
  readonly severity: Severity;
  readonly docs: string;
  /** What happens, how to see it, what to do: several sentences. */
  readonly explain: string;
  /** Why nobody may go on despite it, as the end of a sentence; absent where a person may know better. */
  readonly whyNotIgnored?: string;
}
