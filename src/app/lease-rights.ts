import { ApiError } from '../core/errors.ts';
import type { Problem } from '../core/problem.ts';
import { LEASES, type Leases, leaseRef, takenLease } from './lease.ts';

/** The id under which a run without a lease is let pass. */
export const NO_LEASE = 'no-lease';

/**
 * Whether leases may be written in a namespace, tried without writing one.
 * @param willWrite the plan is made to be carried out: then it blocks
 */
export async function leaseProblems(
  leases: Leases,
  { istioNamespace, willWrite }: { readonly istioNamespace: string; readonly willWrite: boolean },
): Promise<readonly Problem[]> {
  const ref = leaseRef(istioNamespace);
  try {
    await leases.create(LEASES, takenLease(undefined, ref, '', 0), { dryRun: true });
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status === 403 ? [noLease(error, willWrite)] : [];
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
