import type { ObjectRef } from '../core/object.ts';
import type { Severity } from '../core/problem.ts';
import type { MeshStatus } from '../mesh/mesh-status.ts';
import type { RuleContext } from './hop.ts';

/** What a check looks at: what rules see, the server's version, and what runs where as far as pods could be read. */
export interface CheckContext extends RuleContext {
  /** `v1.20.2` */
  readonly kubernetes: string;
  readonly status: MeshStatus | undefined;
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

/** One thing that has gone wrong in such upgrades and can be known beforehand. Pure. */
export interface Check {
  /** Stable: `--ignore` and `--explain` name it. */
  readonly id: string;
  readonly severity: Severity;
  readonly docs: string;
  /** What happens, how to see it, what to do: several sentences. */
  readonly explain: string;
  /** Kinds that it looks at besides what rules read, wherever they lie. */
  readonly kinds?: readonly Pick<ObjectRef, 'group' | 'kind'>[];
  find(context: CheckContext): readonly Finding[];
}
