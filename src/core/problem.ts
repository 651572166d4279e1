import type { ObjectRef } from './object.ts';

/** `blocker`: nothing is written while it stands. `warning`: it can hurt. `note`: worth knowing. */
export type Severity = 'blocker' | 'warning' | 'note';

/** Something that a person should know or decide before the upgrade is carried out. */
export interface Problem {
  /** Stable, for scripts. */
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  readonly ref?: ObjectRef | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

const SEVERITIES: readonly Severity[] = ['blocker', 'warning', 'note'];

/** Blockers, then warnings, then notes, each in the order in which they were found. */
export function worstFirst(problems: readonly Problem[]): readonly Problem[] {
  return SEVERITIES.flatMap((severity) => problems.filter((problem) => problem.severity === severity));
}

export function blockers(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter((problem) => problem.severity === 'blocker');
}
