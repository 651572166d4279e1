import { afterOf, type Change, completion, helmReleaseOf, preparation } from '../core/change.ts';
import { countedAre } from '../core/counted.ts';
import { UpgradeError, UpgradeErrors } from '../core/errors.ts';
import { type K8sObject, refText } from '../core/object.ts';
import { type Phase, STAGES, type Stage } from '../core/phase.ts';
import type { HelmOperation, Plan, Restart } from '../core/plan.ts';
import type { ApiResources } from '../core/resources.ts';
import type { RunEvent } from './events.ts';
import type { Evictor } from './evictor.ts';
import { carryOut, isCarriedOut, Moved } from './execute.ts';
import { Interrupted } from './interrupted.ts';
import type { Clock, Cluster, HelmReleases, KeepPreImage } from './ports.ts';
import { restsOnOurs } from './requirements.ts';
import { runDataPlane } from './run-data-plane.ts';
import { runHelm } from './run-helm.ts';
import { verify } from './verify.ts';
import { waitFor } from './wait.ts';

export { Interrupted } from './interrupted.ts';

export interface RunContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Milliseconds that one wait may take. */
  readonly timeout: number;
  /** Milliseconds that what was written is given to take effect before what it replaces goes; 15 seconds when absent. */
  readonly settle?: number | undefined;
  /** When it fires, the change in flight is finished and nothing more is written. */
  readonly signal?: AbortSignal | undefined;
  /** Workloads of one namespace that are restarted at a time; 1 when absent. */
  readonly maxParallel?: number | undefined;
  /** For workloads whose pods are evicted; the plan has none of them without it. */
  readonly evictor?: Evictor | undefined;
  /** For plans that have runs of Helm. */
  readonly helm?: Pick<HelmReleases, 'run'> | undefined;
  /** For plans that rewrite Helm's records. */
  readonly keep?: KeepPreImage | undefined;
}

// As long as the conversion script of Istio's releases sleeps between its apply and its delete: Pilot has pushed by then.
const SETTLE = 15_000;

function restartsOf({ dataPlane }: Plan, phase: Phase): readonly Restart[] {
  return phase === 'data-plane' ? (dataPlane?.restarts ?? []) : [];
}

function operationsOf({ helm = [] }: Plan, phase: Phase): readonly HelmOperation[] {
  return helm.filter((operation) => operation.phase === phase);
}

/** CronJobs that are injected anew: nothing of them is rolled out. */
function withoutRestarts(changes: readonly Change[], restarts: readonly Restart[]): readonly Change[] {
  const restarted = new Set(restarts.map(({ ref }) => refText(ref)));
  return changes.filter(({ ref }) => !restarted.has(refText(ref)));
}

/** Also where what a change rests on was prepared by an earlier run: perhaps a moment ago. */
async function isPausedBefore(
  stage: Stage,
  changes: readonly Change[],
  { prepared, cluster }: { readonly prepared: ReadonlyMap<Change, K8sObject>; readonly cluster: Cluster },
): Promise<boolean> {
  if (stage !== 'write') return stage === 'settled';
  if (changes.some((change) => change.stage === 'prepare' || prepared.has(change))) return true;
  return restsOnOurs(
    changes.filter((change) => change.stage === stage),
    cluster,
  );
}

const NO_EVICTOR: Evictor = {
  evict: async (pod) => {
    throw new Error(`nothing is there to evict ${pod.metadata.name}`);
  },
};

/**
 * Carries a plan out, phase by phase: writes, waits, then verifies that everything is as predicted.
 * @throws Moved, ApiError, UpgradeError at the first change that does not succeed; Interrupted when the signal fired
 */
export async function* runPlan(plan: Plan, context: RunContext): AsyncGenerator<RunEvent> {
  const { cluster, clock, timeout, settle = SETTLE, signal } = context;
  const startedAt = clock.now();
  const resources: ApiResources = await cluster.discover(['', 'apps']);
  const at = () => clock.now() - startedAt;
  const prepared = new Map<Change, K8sObject>();
  const progress = { done: 0, total: plan.changes.length };
  for (const phase of plan.phases) {
    const changes = plan.changes.filter((change) => change.phase === phase);
    const restarts = restartsOf(plan, phase);
    if (changes.length + plan.awaited[phase].length + restarts.length + operationsOf(plan, phase).length === 0)
      continue;
    yield { event: 'phase-started', phase, changes: changes.length, at: at() };
    if (restarts.length > 0) yield* restartAll();
    const others = withoutRestarts(changes, restarts);
    if (restarts.length === 0 || others.length > 0) yield* stages(phase, others);
    yield { event: 'phase-done', phase, at: at() };
  }
  yield* checked();

  async function* stages(phase: Phase, changes: readonly Change[]): AsyncGenerator<RunEvent> {
    for (const stage of STAGES) {
      if (stage === 'prepare') yield* prepare(changes);
      if (await isPausedBefore(stage, changes, { prepared, cluster })) yield* settling(changes, stage);
      yield* write(changes, stage);
      if (stage === 'write') yield* runAllHelm(phase, changes);
      if (stage === 'write')
        yield* waitFor(plan.awaited[phase], { cluster, clock, resources, timeout, startedAt, signal });
      if (stage !== 'prepare')
        stopIfAsked(`in phase ${phase}: ${progress.done} of ${countedAre(progress.total, 'change')} done`);
    }
  }

  function restartAll(): AsyncGenerator<RunEvent> {
    const { maxParallel = 1, evictor = NO_EVICTOR } = context;
    const waiting = { cluster, clock, resources, timeout, startedAt, signal };
    return runDataPlane(plan, { ...waiting, plan, maxParallel, evictor, progress });
  }

  /** The first halves of changes that are carried out in two stages. */
  async function* prepare(changes: readonly Change[]): AsyncGenerator<RunEvent> {
    for (const change of changes) {
      const first = preparation(change);
      if (first === undefined) continue;
      stopIfAsked(`before ${refText(change.ref)}: ${progress.done} of ${countedAre(progress.total, 'change')} done`);
      await carryOut(first, { cluster, clock, timeout });
      const live = await cluster.get(change.resource, change.ref);
      if (live === undefined) throw new Moved(change, live);
      prepared.set(change, live);
      yield { event: 'change-prepared', change, at: at() };
    }
  }

  /** What Helm makes is made at once, after all else of the stage. */
  async function* runAllHelm(phase: Phase, changes: readonly Change[]): AsyncGenerator<RunEvent> {
    for (const operation of operationsOf(plan, phase)) {
      stopIfAsked(
        `before helm ${operation.does.run} ${operation.release}: ${progress.done} of ${countedAre(progress.total, 'change')} done`,
      );
      const its = changes.filter((change) => helmReleaseOf(change) === operation.release);
      yield* runHelm(operation, its, { cluster, helm: context.helm, at, progress });
    }
  }

  async function* write(changes: readonly Change[], stage: Stage): AsyncGenerator<RunEvent> {
    for (const change of changes.filter((one) => one.stage === stage && helmReleaseOf(one) === undefined)) {
      stopIfAsked(`before ${refText(change.ref)}: ${progress.done} of ${countedAre(progress.total, 'change')} done`);
      yield { event: 'change-started', change, index: progress.done + 1, total: progress.total, at: at() };
      yield* keepFirst(change);
      const first = prepared.get(change);
      const outcome = await carryOut(first === undefined ? change : completion(change, first), {
        cluster,
        clock,
        timeout,
      });
      progress.done += 1;
      yield { event: 'change-done', change, outcome, at: at() };
    }
  }

  async function* keepFirst(change: Change): AsyncGenerator<RunEvent> {
    if (change.op !== 'update' || change.steps.every((step) => step.do !== 'rewrite')) return;
    if (context.keep === undefined) throw new Error(`nowhere to keep ${refText(change.ref)} as it was`);
    yield { event: 'kept', ref: change.ref, where: await context.keep(change.before), at: at() };
  }

  /** Waits once before the first change of a stage that rests on what was written, if any of them is still to be carried out. */
  async function* settling(changes: readonly Change[], stage: Stage): AsyncGenerator<RunEvent> {
    if (settle === 0 || !(await isAnyLeft(changes.filter((change) => change.stage === stage)))) return;
    yield { event: 'settling', milliseconds: settle, at: at() };
    await clock.sleep(settle, signal);
  }

  async function isAnyLeft(changes: readonly Change[]): Promise<boolean> {
    for (const change of changes) if (!(await isCarriedOut(change, cluster))) return true;
    return false;
  }

  function stopIfAsked(where: string): void {
    if (signal?.aborted) throw new Interrupted(where);
  }

  async function* checked(): AsyncGenerator<RunEvent> {
    const differences = await verify(plan, cluster);
    if (differences.length > 0)
      throw new UpgradeErrors(
        differences.map((message) => new UpgradeError(message, { hint: 'plan again to see what is different' })),
      );
    const crds = plan.awaited.crds.length;
    yield {
      event: 'verified',
      changes: plan.changes.filter((change) => afterOf(change) !== undefined).length,
      crds,
      at: at(),
    };
  }
}
