import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { guardedWrites } from '../../src/app/guarded-writes.ts';
import { holdLease } from '../../src/app/hold-lease.ts';
import { NO_LEASE } from '../../src/app/lease-rights.ts';
import type { Clock } from '../../src/app/ports.ts';
import type { HeldLease } from '../../src/app/renewed-lease.ts';
import { sureWrites } from '../../src/app/sure-writes.ts';
import { ApiError } from '../../src/core/errors.ts';
import { hasWork, type Plan } from '../../src/core/plan.ts';
import { escapeControls } from '../../src/diff/escape.ts';
import type { Opened } from '../open-cluster.ts';
import type { Shell } from '../shell.ts';

/** A run's own cluster: its writes go out only while it holds the lease, and are looked up when their answer is lost. */
export interface LeasedCluster {
  readonly cluster: Opened['cluster'];
  readonly release: () => Promise<void>;
}

/**
 * Takes the lease of the control plane's upgrades; for a snapshot there is none.
 * @throws UpgradeError (exit 3) when another run holds it
 */
export async function withLease(plan: Plan, opened: Opened, shell: Shell, clock: Clock): Promise<LeasedCluster> {
  // Workloads that are only waited for may have pods to evict.
  const writes = hasWork(plan) || (plan.dataPlane?.restarts.length ?? 0) > 0;
  const held = writes ? await leaseOf(plan, opened, shell, clock) : undefined;
  if (held === undefined) return { cluster: sureWrites(opened.cluster, clock), release: async () => {} };
  const guarded = guardedWrites(opened.cluster, () => held.check());
  return { cluster: sureWrites(guarded, clock), release: () => held.release() };
}

async function leaseOf(
  { istioNamespace, ignored }: Plan,
  { leases }: Opened,
  shell: Shell,
  clock: Clock,
): Promise<HeldLease | undefined> {
  if (leases === undefined) return undefined;
  const tell = (text: string) => shell.err(`${escapeControls(text)}\n`);
  try {
    return await holdLease(leases, clock, { namespace: istioNamespace, holder: holder(), tell });
  } catch (error) {
    // Said in the plan already.
    if (error instanceof ApiError && error.status === 403 && ignored.includes(NO_LEASE)) return undefined;
    throw error;
  }
}

/** `user@host pid/run id` */
function holder(): string {
  return `${userName()}@${hostname()} ${process.pid}/${randomUUID().slice(0, 8)}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no user has.
    return 'unknown';
  }
}
