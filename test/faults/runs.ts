import { setTimeout as sleep } from 'node:timers/promises';
import { guardedWrites } from '../../src/app/guarded-writes.ts';
import { holdLease } from '../../src/app/hold-lease.ts';
import { leaseProblems } from '../../src/app/lease-rights.ts';
import { makePlan } from '../../src/app/make-plan.ts';
import type { PlanRequest } from '../../src/app/plan-request.ts';
import type { Clock } from '../../src/app/ports.ts';
import { runPlan } from '../../src/app/run-plan.ts';
import { sureWrites } from '../../src/app/sure-writes.ts';
import { type ApiCluster, apiCluster } from '../../src/cluster/api-cluster.ts';
import { UpgradeError } from '../../src/core/errors.ts';
import { canonicalJson, listAt, objectAt, withoutKey } from '../../src/core/json.ts';
import { type K8sObject, refOf, refText } from '../../src/core/object.ts';
import type { Plan } from '../../src/core/plan.ts';
import { blockers } from '../../src/core/problem.ts';
import { HOPS } from '../../src/hops/index.ts';
import { connectionTo } from '../cluster-edge/api-server.ts';

/** A clock that runs so many times as fast as ours. */
export function fastClock(times: number): Clock {
  const began = Date.now();
  return {
    now: () => began + (Date.now() - began) * times,
    sleep: async (milliseconds, signal) => {
      await sleep(milliseconds / times, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    },
  };
}

export function requestOf(target: readonly K8sObject[], parts: Partial<PlanRequest> = {}): PlanRequest {
  return {
    target: { objects: target.map((object) => ({ object, source: 'istio.yaml' })) },
    istioNamespace: 'istio-system',
    phases: ['crds', 'config', 'control-plane'],
    prune: true,
    removeAnnotations: true,
    willWrite: true,
    ignored: [],
    isTaken: () => false,
    ...parts,
  };
}

/** Plans and applies as the program does: with the lease, and with writes that are looked up. @throws what stopped it */
export async function upgrade(url: string, request: PlanRequest, clock: Clock, holder = 'alice'): Promise<Plan> {
  const cluster = apiCluster(connectionTo(url), { clock, version: '9.9.9' });
  try {
    const found = await leaseProblems(cluster, request);
    const plan = await makePlan({ ...request, found }, cluster, HOPS);
    const [blocker] = blockers(plan.problems);
    if (blocker !== undefined) throw new UpgradeError(blocker.message);
    await carryOutHeld(plan, cluster, clock, holder);
    return plan;
  } finally {
    await cluster.close();
  }
}

async function carryOutHeld(plan: Plan, cluster: ApiCluster, clock: Clock, holder: string): Promise<void> {
  const held = await holdLease(cluster, clock, { namespace: plan.istioNamespace, holder, tell: () => {} });
  try {
    const sure = sureWrites(
      guardedWrites(cluster, () => held.check()),
      clock,
    );
    const limits = { timeout: 600_000, settle: 0 };
    for await (const _event of runPlan(plan, { cluster: sure, evictor: sure, clock, ...limits }));
  } finally {
    await held.release();
  }
}

/** Every object but the lease, with its owners, without what servers number and date. */
export function stateOf(objects: readonly K8sObject[]): Readonly<Record<string, string>> {
  const texts = objects
    .filter(({ kind }) => kind !== 'Lease')
    .map((object) => [refText(refOf(object)), canonicalJson(unnumbered(object))] as const);
  return Object.fromEntries(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function unnumbered(object: K8sObject): K8sObject {
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ownerReferences, ...metadata } =
    object.metadata;
  // Who adopted it is an object of a name, whatever its uid.
  const adopters = listAt(ownerReferences).map((owner) => withoutKey(objectAt(owner), 'uid'));
  const owners = listAt(managedFields).map((entry) => canonicalJson(withoutKey(objectAt(entry), 'time')));
  const { status: _status, ...rest } = object;
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { ...metadata, name: object.metadata.name, ownerReferences: adopters, managedFields: owners.sort() },
  };
}
