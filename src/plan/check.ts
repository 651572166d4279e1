import type { ObjectRef } from '../core/object.ts';
import type { Severity } from '../core/problem.ts';
import type { IstioVersion } from '../core/version.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { MeshStatus } from '../mesh/mesh-status.ts';
import type { LaterReads } from './later-reads.ts';
import type { ProblemKind } from './problem-kind.ts';
import type { RuleContext } from './rule.ts';

type Kind = Pick<ObjectRef, 'group' | 'kind'>;

/** A list that a check looks at: all namespaces, unless it says otherwise. */
export interface CheckRead extends Kind {
  /** `istio`: the control plane's. Any other is a namespace by its name. */
  readonly namespace?: 'istio' | 'kube-system';
  readonly labelSelector?: string;
  /** Metadata is enough: nothing else of these objects leaves the server. */
  readonly isMetadataOnly?: boolean;
  /** That it may not be read is told by the check itself, by `isUnread`, and not as a problem of its own. */
  readonly isOptional?: boolean;
}

/** What a check looks at: what rules see, where the upgrade starts and ends, and what runs where as far as pods could be read. */
export interface CheckContext extends RuleContext {
  /** Pilot's release today. */
  readonly from: IstioVersion;
  /** The target's; undefined where there is none, and then `target` holds no objects. */
  readonly to: IstioVersion | undefined;
  /** The server's version: `v1.20.2`. */
  readonly kubernetes: string;
  readonly status: MeshStatus | undefined;
  /** Whether the user may not read a list that the check asked for. */
  isUnread(kind: Kind): boolean;
}

/** One thing that a check found. */
export interface Finding {
  readonly message: string;
  readonly ref?: ObjectRef | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** Where it is not the check's own. */
  readonly severity?: Severity | undefined;
}

/** What was read before. */
export interface Seen {
  readonly mesh: Mesh;
  readonly status: MeshStatus | undefined;
}

/** One thing that has gone wrong in such upgrades and can be known beforehand. Pure. */
export interface Check extends ProblemKind {
  /** What it looks at besides the control plane's workloads, the mesh configuration and the admission webhooks, which are always read. */
  readonly reads?: readonly CheckRead[];
  /** What else it looks at, known only from what was read before. */
  readonly readsBesides?: LaterReads<Seen>;
  find(context: CheckContext): readonly Finding[];
}
