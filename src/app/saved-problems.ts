import type { Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { NO_LEASE } from './lease-rights.ts';
import { withoutIgnored } from './preflight.ts';
import { noServerSideApply } from './server-side-apply.ts';

/**
 * A plan that was made to be looked at, with its findings as they are for one that is carried out.
 * @param found what stands in the way now
 * @param ignored ids that are let pass besides those that the plan was made with
 */
export function forWriting(plan: Plan, found: readonly Problem[], ignored: readonly string[]): Plan {
  const passing = [...plan.ignored, ...ignored.filter((id) => id === NO_LEASE)];
  const strict = noServerSideApply(true);
  const known = plan.problems
    .filter(({ id }) => id !== NO_LEASE)
    .map((problem) => (problem.id === strict.id ? strict : problem));
  return { ...plan, ignored: passing, problems: withoutIgnored([...found, ...known], passing) };
}
