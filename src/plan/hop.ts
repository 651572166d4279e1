import type { ObjectRef } from '../core/object.ts';
import type { Phase } from '../core/phase.ts';
import type { Mention, Restart } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Target, TargetObject } from '../core/target.ts';
import type { IstioVersion } from '../core/version.ts';
import type { Wish } from '../core/wish.ts';
import type { DataPlane } from '../mesh/data-plane.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Semantics } from '../mesh/semantics.ts';
import type { Check } from './check.ts';
import type { ProblemKind } from './problem-kind.ts';

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

export type Minor = Pick<IstioVersion, 'major' | 'minor'>;

/** Objects of a kind in a namespace that carry these labels, or the one of that name. */
export type Selection = Pick<ObjectRef, 'group' | 'kind' | 'namespace'> &
  ({ readonly labels: Readonly<Record<string, string>> } | { readonly name: string });

/** A kind, and where its objects are: in the whole cluster, unless it says otherwise. */
export interface KindInPlace extends Pick<ObjectRef, 'group' | 'kind'> {
  /** `istio`: the control plane's. */
  readonly namespace?: 'istio';
}

/** Reads that only what was read before leads to. */
export interface LaterReads<Seen> {
  /** What they are of, whatever was read before. */
  readonly kinds: readonly KindInPlace[];
  readonly select: (seen: Seen) => readonly Selection[];
}

/** A kind of users' configuration, and what may be done to its objects besides reading them. */
export interface ConfigKind extends Pick<ObjectRef, 'group' | 'kind'> {
  readonly writes?: readonly ('create' | 'patch' | 'update' | 'delete')[];
}

/** All knowledge about one step of the upgrade path. */
export interface Hop {
  readonly from: Minor;
  readonly to: Minor;
  readonly docs: string;
  readonly rules: readonly Rule[];
  /** Kinds that the new release's charts install objects of by default. */
  readonly installedKinds: readonly Pick<ObjectRef, 'group' | 'kind'>[];
  /** Kinds that the old release installed objects of, besides those of the new one: where leftovers are looked for. */
  readonly retiredKinds: readonly Pick<ObjectRef, 'group' | 'kind'>[];
  /** The other way round: where what only the new release brought is looked for when going back. */
  readonly broughtKinds: readonly Pick<ObjectRef, 'group' | 'kind'>[];
  /** Kinds of users' configuration that rules look at, wherever it lies. */
  readonly configKinds: readonly ConfigKind[];
  /** What else rules look at, known only from what was read before. */
  readonly readsBesides: LaterReads<Mesh>;
  /** What has gone wrong in such upgrades and can be known beforehand. */
  readonly checks: readonly Check[];
  /** All about the problems that its rules tell. */
  readonly problems: readonly ProblemKind[];
  /** How either version resolves policies and rules. */
  readonly semantics: { readonly from: Semantics; readonly to: Semantics };
  /** Objects that the release's own Jobs would make once installed, taken out of the manifests. */
  postInstallObjects(target: Target): readonly TargetObject[];
}
