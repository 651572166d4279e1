import { countedAre } from '../core/counted.ts';
import { durationText } from '../core/duration.ts';
import { ApiError, UpgradeError } from '../core/errors.ts';
import { type K8sObject, refText } from '../core/object.ts';
import type { Plan, Restart } from '../core/plan.ts';
import { wantedPods } from '../mesh/serving.ts';
import { sidecarFault } from './check-sidecars.ts';
import { passControlPlane } from './data-plane-gate.ts';
import type { RunEvent } from './events.ts';
import type { Evictor } from './evictor.ts';
import type { WaitContext } from './wait.ts';
import { isPodReady, podsOf } from './workload-pods.ts';

const POLL = 500;

export interface EvictContext extends WaitContext {
  readonly evictor: Evictor;
  readonly plan: Plan;
}

/**
 * Evicts the pods of a workload that have another sidecar, each once all others are there and those with the new one are ready, whoever
 * replaced them. A PodDisruptionBudget that forbids it is waited for.
 * @throws UpgradeError when the time for one pod is over
 */
export async function* evictPods(restart: Restart, context: EvictContext): AsyncGenerator<RunEvent> {
  const { clock, startedAt, signal, plan } = context;
  for (;;) {
    yield* waitUntilWhole(restart, context);
    const { stale } = await readPods(restart, context);
    const [next] = stale.toSorted((a, b) => Number(isPodReady(a)) - Number(isPodReady(b)));
    if (next === undefined || signal?.aborted) return;
    yield* passControlPlane(plan, context, { needsInjector: !restart.isReinjected });
    if (signal?.aborted) return;
    yield* evict(next, restart.ref, context);
    if (signal?.aborted) return;
    const left = stale.length - 1;
    yield { event: 'evicted', ref: restart.ref, pod: next.metadata.name, left, at: clock.now() - startedAt };
  }
}

interface Pods {
  readonly stale: readonly K8sObject[];
  /** What is missing before another pod may go, in words. */
  readonly missing: string | undefined;
}

async function readPods({ ref, resource }: Restart, { cluster, resources, plan }: EvictContext): Promise<Pods> {
  const live = await cluster.get(resource, ref);
  if (live === undefined) return { stale: [], missing: undefined };
  const pods = await podsOf(live, cluster, resources);
  const stale = pods.filter((pod) => sidecarFault(pod, plan.to) !== undefined);
  const unready = pods.find((pod) => !stale.includes(pod) && !isPodReady(pod));
  const wanted = wantedPods(live);
  if (pods.length < wanted) return { stale, missing: `${pods.length} of ${countedAre(wanted, 'pod')} there` };
  return { stale, missing: unready && `pod ${unready.metadata.name} is not ready yet` };
}

async function* waitUntilWhole(restart: Restart, context: EvictContext): AsyncGenerator<RunEvent> {
  const { clock, timeout, startedAt, signal } = context;
  const deadline = clock.now() + timeout;
  let told = '';
  for (;;) {
    const { missing: why } = await readPods(restart, context);
    if (why === undefined || signal?.aborted) return;
    if (clock.now() >= deadline) throw notWhole(restart.ref, why, timeout);
    if (why !== told) yield { event: 'waiting', waits: [{ ref: restart.ref, why }], at: clock.now() - startedAt };
    told = why;
    await clock.sleep(POLL, signal);
  }
}

function notWhole(ref: Restart['ref'], why: string, timeout: number): UpgradeError {
  return new UpgradeError(`${refText(ref)}: ${why}, after ${durationText(timeout)}`, {
    hint: 'see why with kubectl describe pod, mend it and run the same command again: it goes on where it stopped',
  });
}

/** Asks until the budgets allow it. */
async function* evict(pod: K8sObject, ref: Restart['ref'], context: EvictContext): AsyncGenerator<RunEvent> {
  const { evictor, clock, timeout, startedAt, signal } = context;
  const deadline = clock.now() + timeout;
  let told = '';
  for (;;) {
    const refusal = await evictor.evict(pod).then(() => undefined, unlessBudget);
    if (refusal === undefined || signal?.aborted) return;
    const why = `pod ${pod.metadata.name} may not be evicted: ${refusal}`;
    if (clock.now() >= deadline)
      throw new UpgradeError(`${refText(ref)}: ${why} (for ${durationText(timeout)})`, {
        hint: 'let the PodDisruptionBudget allow one pod to be down, and run the same command again',
      });
    if (why !== told) yield { event: 'waiting', waits: [{ ref, why }], at: clock.now() - startedAt };
    told = why;
    await clock.sleep(POLL, signal);
  }
}

/** @returns why a budget forbids it; undefined when the pod is gone anyway */
function unlessBudget(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 404 || error.status === 409) return undefined;
  if (error.status !== 429) throw error;
  return error.causes.map(({ message }) => message).find((message) => message !== '') ?? error.message;
}
