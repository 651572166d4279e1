import type { K8sObject, ObjectRef } from '../core/object.ts';
import type { Phase } from '../core/phase.ts';
import type { Problem } from '../core/problem.ts';
import type { Target } from '../core/target.ts';
import type { DataPlaneRequest } from './data-plane.ts';
import type { HelmRequest } from './installation.ts';

/** What a plan is asked to be about. */
export interface PlanRequest {
  /** undefined: nothing is to be installed, and only phases `config` and `data-plane` have anything to do. */
  readonly target: Target | undefined;
  /** What was found when the target was made. */
  readonly found?: readonly Problem[] | undefined;
  /** What somebody else looks for in the meantime. */
  readonly foundMeanwhile?: Promise<readonly Problem[]> | undefined;
  readonly istioNamespace: string;
  readonly phases: readonly Phase[];
  readonly prune: boolean;
  readonly removeAnnotations: boolean;
  /** The plan is made to be carried out: what may not be written blocks it. */
  readonly willWrite: boolean;
  /** Whether a field that somebody else owns is taken over. */
  readonly isTaken: (ref: ObjectRef, path: string) => boolean;
  /** Ids of findings that do not block. */
  readonly ignored: readonly string[];
  /** Who keeps a record of the control plane, and how it is therefore installed; kubectl's way without it. */
  readonly helm?: HelmRequest | undefined;
  /** Which workloads phase `data-plane` is about; without it that phase has nothing to do. */
  readonly dataPlane?: DataPlaneRequest | undefined;
  /** Objects that a run deleted to create them again and was cut off, as they were, by `refText`. */
  readonly lost?: ReadonlyMap<string, K8sObject> | undefined;
  /** The target is the release that the mesh comes from. */
  readonly isBack?: boolean | undefined;
}
