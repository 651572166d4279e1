import { durationText } from '../core/duration.ts';
import { ApiError, EXIT, NoAnswer, UpgradeError } from '../core/errors.ts';
import { type K8sObject, type ObjectRef, refText } from '../core/object.ts';
import { LEASES, type Leases, leaseRef, leaseState, type Observed, observed, takenLease } from './lease.ts';
import type { Clock } from './ports.ts';
import { type HeldLease, RenewedLease } from './renewed-lease.ts';

export interface LeaseRequest {
  /** The control plane's. */
  readonly namespace: string;
  /** Who takes it: `user@host pid/run id`. */
  readonly holder: string;
  /** What is waited for, for the one who waits. */
  readonly tell: (text: string) => void;
}

const LOOK_EVERY = 1_000;
const TAKE_ATTEMPTS = 8;

/**
 * Takes the lease: there is none, nobody holds it, or its holder does not renew it for as long as it lasts.
 * @throws UpgradeError (exit 3) when another run holds it; ApiError when leases may not be written
 */
export async function holdLease(leases: Leases, clock: Clock, request: LeaseRequest): Promise<HeldLease> {
  const ref = leaseRef(request.namespace);
  let first: Observed | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const live = await leases.get(LEASES, ref);
    const now = live && observed(live, clock.now());
    // The answer to our own write was lost.
    if (live !== undefined && now?.holder === request.holder) return new RenewedLease(leases, clock, live);
    const state = leaseState(first, now);
    if (state === 'alive' || state === 'ended') throw refused(ref, first ?? now, state);
    if (state === 'free') {
      const taken = await take(leases, takenLease(live, ref, request.holder, clock.now()), attempt);
      if (taken !== undefined) return new RenewedLease(leases, clock, taken);
    } else {
      if (first === undefined && now !== undefined) request.tell(waitingText(ref, now));
      first ??= now;
    }
    await clock.sleep(LOOK_EVERY);
  }
}

/** @returns undefined where somebody was quicker, or nobody knows */
async function take(leases: Leases, body: K8sObject, attempt: number): Promise<K8sObject | undefined> {
  try {
    const isNew = body.metadata.resourceVersion === undefined;
    return await (isNew ? leases.create(LEASES, body) : leases.update(LEASES, body));
  } catch (error) {
    const isUnknown = error instanceof NoAnswer || (error instanceof ApiError && error.status >= 500);
    if (isUnknown && attempt < TAKE_ATTEMPTS) return undefined;
    if (error instanceof ApiError && error.status === 409) return undefined;
    throw error;
  }
}

function waitingText(ref: ObjectRef, { holder, acquireTime, duration }: Observed): string {
  return `${refText(ref)} is held by ${holder} since ${acquireTime}: looking whether that run is alive, for up to ${durationText(duration)}`;
}

function refused(ref: ObjectRef, seen: Observed | undefined, state: 'alive' | 'ended'): UpgradeError {
  const { holder = '', acquireTime = '' } = seen ?? {};
  if (state === 'ended')
    return new UpgradeError(`nothing was written: another run, ${holder}, has just ended`, {
      exit: EXIT.blocked,
      hint: 'plan again: what was shown may not be what is there',
    });
  return new UpgradeError(
    `nothing was written: another run, ${holder}, holds ${refText(ref)} since ${acquireTime}, and is alive`,
    { exit: EXIT.blocked, hint: 'wait until it has ended, then plan again' },
  );
}
