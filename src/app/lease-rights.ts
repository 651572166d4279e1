import { ApiError } from '../core/errors.ts';
import type { Problem } from '../core/problem.ts';
import { LEASES, type Leases, leaseRef, takenLease } from './lease.ts';

/** The id under which a run without a lease is let pass. */
export const NO_LEASE = 'no-lease';

/**
 * Whether leases may be read, created and renewed in a namespace, tried without writing one.
 * @param willWrite the plan is made to be carried out: then it blocks
 */
export async function leaseProblems(
  leases: Leases,
  { istioNamespace, willWrite }: { readonly istioNamespace: string; readonly willWrite: boolean },
): Promise<readonly Problem[]> {
  const ref = leaseRef(istioNamespace);
  const body = takenLease(undefined, ref, '', 0);
  const refusals = await Promise.all([
    refusalOf(leases.get(LEASES, ref)),
    refusalOf(leases.create(LEASES, body, { dryRun: true })),
    refusalOf(leases.update(LEASES, body, { dryRun: true })),
  ]);
  return refusals
    .flatMap((refusal) => refusal ?? [])
    .slice(0, 1)
    .map((refusal) => noLease(refusal, willWrite));
}

/** Rights are looked at before anything else; whatever else is wrong with what is tried says that they are there. */
async function refusalOf(trial: Promise<unknown>): Promise<ApiError | undefined> {
  try {
    await trial;
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status === 403 ? error : undefined;
  }
}

function noLease({ message }: ApiError, willWrite: boolean): Problem {
  return {
    id: NO_LEASE,
    severity: willWrite ? 'blocker' : 'warning',
    message: `nothing can keep a second run away: ${message}`,
    hint: `get the rights to get, create and update leases.coordination.k8s.io, or see to it yourself and pass --ignore ${NO_LEASE}`,
  };
}
