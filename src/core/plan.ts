import type { Change } from './change.ts';
import type { ObjectRef } from './object.ts';
import type { Phase } from './phase.ts';
import type { Problem } from './problem.ts';
import type { ApiResource } from './resources.ts';

export const PLAN_SCHEMA = 'istio-upgrade/plan/v1';

/** An object that is named but not changed, and why. */
export interface Mention {
  readonly ref: ObjectRef;
  readonly why: string;
}

/** An object to wait for: a CustomResourceDefinition to be established, a workload to be rolled out. */
export interface Awaited {
  readonly ref: ObjectRef;
  readonly resource: ApiResource;
}

/** The whole upgrade as a value: what is shown, printed as JSON and applied is this. */
export interface Plan {
  readonly schema: typeof PLAN_SCHEMA;
  /** Versions as the images say them: `1.1.17`. */
  readonly from: string;
  readonly to: string;
  readonly istioNamespace: string;
  readonly cluster: { readonly address: string; readonly version: string };
  readonly phases: readonly Phase[];
  /** In the order in which they are carried out. */
  readonly changes: readonly Change[];
  readonly unchanged: readonly ObjectRef[];
  /** Parts of the manifests that are not applied. */
  readonly skipped: readonly Mention[];
  /** Objects of the installed release that the target no longer has and that stay. */
  readonly leftovers: readonly Mention[];
  readonly problems: readonly Problem[];
  /** What each phase waits for after its writes. */
  readonly awaited: Readonly<Record<Phase, readonly Awaited[]>>;
}
