import type { Change } from '../core/change.ts';
import type { ObjectRef } from '../core/object.ts';
import type { Phase } from '../core/phase.ts';
import type { HelmOperation } from '../core/plan.ts';

/** What happens while a plan is carried out; a printer per output reads it. Times are milliseconds since the run began. */
export type RunEvent =
  | { readonly event: 'phase-started'; readonly phase: Phase; readonly changes: number; readonly at: number }
  /** All that a phase writes is written, and all that it waits for is there. */
  | { readonly event: 'phase-done'; readonly phase: Phase; readonly at: number }
  | {
      readonly event: 'change-started';
      readonly change: Change;
      readonly index: number;
      readonly total: number;
      readonly at: number;
    }
  | {
      readonly event: 'change-done';
      readonly change: Change;
      readonly outcome: 'written' | 'already-done';
      readonly at: number;
    }
  /** The first of two stages of a change is done. */
  | { readonly event: 'change-prepared'; readonly change: Change; readonly at: number }
  /** An object is kept on disk as it was before it is rewritten. */
  | { readonly event: 'kept'; readonly ref: ObjectRef; readonly where: string; readonly at: number }
  | { readonly event: 'helm-started'; readonly operation: HelmOperation; readonly changes: number; readonly at: number }
  /** One line of what Helm prints. */
  | { readonly event: 'helm-said'; readonly line: string; readonly at: number }
  /** What was written is given that many milliseconds to take effect. */
  | { readonly event: 'settling'; readonly milliseconds: number; readonly at: number }
  | { readonly event: 'waiting'; readonly waits: readonly Wait[]; readonly at: number }
  | { readonly event: 'ready'; readonly ref: ObjectRef; readonly at: number }
  /** A pod of a workload goes, for its controller to make it anew; so many are left to go. */
  | {
      readonly event: 'evicted';
      readonly ref: ObjectRef;
      readonly pod: string;
      readonly left: number;
      readonly at: number;
    }
  /** All pods of a workload run the target's sidecar: it is the `done`th of `total` workloads. */
  | {
      readonly event: 'sidecars-checked';
      readonly ref: ObjectRef;
      readonly pods: number;
      readonly done: number;
      readonly total: number;
      readonly at: number;
    }
  | { readonly event: 'verified'; readonly changes: number; readonly crds: number; readonly at: number };

/** Something that is not there yet, and why. */
export interface Wait {
  readonly ref: ObjectRef;
  readonly why: string;
}
