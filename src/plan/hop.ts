import type { ObjectRef } from '../core/object.ts';
import type { Target, TargetObject } from '../core/target.ts';
import type { IstioVersion } from '../core/version.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Semantics } from '../mesh/semantics.ts';
import type { Check } from './check.ts';
import type { LaterReads } from './later-reads.ts';
import type { ProblemKind } from './problem-kind.ts';
import type { Rule } from './rule.ts';

export type Minor = Pick<IstioVersion, 'major' | 'minor'>;

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
