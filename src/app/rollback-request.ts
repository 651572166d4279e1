import type { Phase } from '../core/phase.ts';
import type { ChosenRuns } from '../plan/choose-runs.ts';
import type { undoObject } from '../plan/undo-object.ts';

/** Which runs are taken back, and how far. */
export interface RollbackRequest extends ChosenRuns {
  readonly istioNamespace: string;
  readonly phases: readonly Phase[];
  /** Whether a field that somebody else changed since is put back all the same. */
  readonly isTaken: Parameters<typeof undoObject>[0]['isTaken'];
}
