import type { ObjectRef } from '../core/object.ts';
import type { Phase } from '../core/phase.ts';
import type { Mention, Restart } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Target, TargetObject } from '../core/target.ts';
import type { Wish } from '../core/wish.ts';
import type { DataPlane } from '../mesh/data-plane.ts';
import type { Mesh } from '../mesh/mesh.ts';

export interface RuleContext {
  readonly mesh: Mesh;
  readonly target: Target;
  /** What the release's own Jobs would make once it is installed. */
  readonly postInstall: readonly TargetObject[];
  /** The phases that this plan is about. */
  readonly phases: readonly Phase[];
  /** Also delete what the old release left behind. */
  readonly prune: boolean;
  /** Also take out the annotations that a migration makes superfluous. */
  readonly removeAnnotations: boolean;
  /** Whether a field that somebody else decided about is taken over. */
  readonly isTaken: (ref: ObjectRef, path: string) => boolean;
  /** The workloads that were asked for; undefined unless phase `data-plane` is among the phases. */
  readonly dataPlane?: DataPlane | undefined;
}

/** A workload that is restarted, as a rule sees it. */
export type RestartWish = Omit<Restart, 'resource'> & { readonly apiVersion: string };

export interface RuleResult {
  readonly wishes?: readonly Wish[];
  readonly problems?: readonly Problem[];
  /** Parts of the target that are left out on purpose. */
  readonly skipped?: readonly Mention[];
  /** Objects that the old release left behind and that stay. */
  readonly leftovers?: readonly Mention[];
  /** Workloads whose pods are to run the target's sidecar, changed by a wish or not. */
  readonly restarts?: readonly RestartWish[];
  /** Workloads with a sidecar of another release that stay as they are. */
  readonly leftAlone?: readonly Mention[];
}

/** One reason to change objects: how they should be, never how to get there. Pure. */
export interface Rule {
  readonly id: string;
  readonly docs: string;
  readonly phase: Phase;
  apply(context: RuleContext): RuleResult;
}
