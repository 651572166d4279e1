import type { FieldConflict } from '../core/change.ts';
import { type ObjectRef, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';

/** What came of one object, as far as it decides about others. */
export interface Outcome {
  readonly ref: ObjectRef;
  /** Keys of groups that are carried out as a whole or not at all. */
  readonly together: readonly string[];
  readonly conflicts: readonly FieldConflict[];
}

/**
 * Which outcomes must not be carried out, because another one of their group cannot be, in full: somebody else owns a field of it. One
 * object in two groups ties them to each other.
 * @returns for each of them a problem that names what holds it up
 */
export function heldUp<One extends Outcome>(outcomes: readonly One[]): ReadonlyMap<One, Problem> {
  const blocked = new Map<string, One>();
  for (const one of outcomes.filter(isLeft)) for (const key of one.together) blocked.set(key, one);
  for (let size = -1; size !== blocked.size; ) {
    size = blocked.size;
    for (const one of outcomes) {
      const cause = causeOf(one, blocked);
      if (cause !== undefined) for (const key of one.together) if (!blocked.has(key)) blocked.set(key, cause);
    }
  }
  return new Map(
    outcomes.flatMap((one) => {
      const cause = causeOf(one, blocked);
      return cause === undefined ? [] : [[one, problemOf(one, cause)] as const];
    }),
  );
}

function isLeft({ conflicts }: Outcome): boolean {
  return conflicts.some(({ taken }) => !taken);
}

function causeOf<One extends Outcome>({ together }: One, blocked: ReadonlyMap<string, One>): One | undefined {
  const key = together.find((one) => blocked.has(one));
  return key === undefined ? undefined : blocked.get(key);
}

function problemOf({ ref }: Outcome, cause: Outcome): Problem {
  const [first] = cause.conflicts.filter(({ taken }) => !taken);
  const what = `${refText(cause.ref)}:${first?.path ?? ''}`;
  const message =
    refText(ref) === refText(cause.ref)
      ? `${refText(ref)} is left as it is: half of what it needs belongs to "${first?.owner}"`
      : `${refText(ref)} is left as it is: it goes together with ${refText(cause.ref)}, which "${first?.owner}" holds on to`;
  return { id: 'held-up', severity: 'warning', ref, message, hint: `take it over with --take ${what}` };
}
