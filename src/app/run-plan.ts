import { afterOf, type Change, completion, preparation } from '../core/change.ts';
import { EXIT, UpgradeError, UpgradeErrors } from '../core/errors.ts';
import { type K8sObject, refText } from '../core/object.ts';
import { STAGES, type Stage } from '../core/phase.ts';
import type { Plan } from '../core/plan.ts';
import type { ApiResources } from '../core/resources.ts';
import type { RunEvent } from './events.ts';
import { carryOut, isCarriedOut, Moved } from './execute.ts';
import type { Clock, Cluster } from './ports.ts';
import { restsOnOurs } from './requirements.ts';
import { verify } from './verify.ts';
import { waitFor } from './wait.ts';

export interface RunContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Milliseconds that one wait may take. */
  readonly timeout: number;
  /** Milliseconds that what was written is given to take effect before what it replaces goes; 15 seconds when absent. */
  readonly settle?: number | undefined;
  /** When it fires, the change in flight is finished and nothing more is written. */
  readonly signal?: AbortSignal | undefined;
}

// As long as the conversion script of Istio's releases sleeps between its apply and its delete: Pilot has pushed by then.
const SETTLE = 15_000;

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

/** The run was stopped between two changes. */
export class Interrupted extends UpgradeError {
  override readonly name = 'Interrupted';

  constructor(where: string) {
    super(`interrupted ${where}`, {
      hint: 'run the same command again: it goes on where it stopped',
      exit: EXIT.interrupted,
    });
  }
}

/**
 * Carries a plan out, phase by phase: writes, waits, then verifies that everything is as predicted.
 * @throws Moved, ApiError, UpgradeError at the first change that does not succeed; Interrupted when the signal fired
 */
export async function* runPlan(plan: Plan, context: RunContext): AsyncGenerator<RunEvent> {
  const { cluster, clock, timeout, settle = SETTLE, signal } = context;
  const startedAt = clock.now();
  const resources: ApiResources = await cluster.discover(['']);
  const at = () => clock.now() - startedAt;
  const prepared = new Map<Change, K8sObject>();
  const progress = { done: 0, total: plan.changes.length };
  for (const phase of plan.phases) {
    const changes = plan.changes.filter((change) => change.phase === phase);
    if (changes.length === 0 && plan.awaited[phase].length === 0) continue;
    yield { event: 'phase-started', phase, changes: changes.length, at: at() };
    for (const stage of STAGES) {
      if (stage === 'prepare') yield* prepare(changes);
      if (await isPausedBefore(stage, changes, { prepared, cluster })) yield* settling(changes, stage);
      yield* write(changes, stage);
      if (stage === 'write')
        yield* waitFor(plan.awaited[phase], { cluster, clock, resources, timeout, startedAt, signal });
      if (stage !== 'prepare') stopIfAsked(`after the writes of phase ${phase}`);
    }
  }
  yield* checked();

  /** The first halves of changes that are carried out in two stages. */
  async function* prepare(changes: readonly Change[]): AsyncGenerator<RunEvent> {
    for (const change of changes) {
      const first = preparation(change);
      if (first === undefined) continue;
      stopIfAsked(`before ${refText(change.ref)}: ${progress.done} of ${progress.total} changes are done`);
      await carryOut(first, { cluster, clock, timeout });
      const live = await cluster.get(change.resource, change.ref);
      if (live === undefined) throw new Moved(change, live);
      prepared.set(change, live);
      yield { event: 'change-prepared', change, at: at() };
    }
  }

  async function* write(changes: readonly Change[], stage: Stage): AsyncGenerator<RunEvent> {
    for (const change of changes.filter((one) => one.stage === stage)) {
      stopIfAsked(`before ${refText(change.ref)}: ${progress.done} of ${progress.total} changes are done`);
      yield { event: 'change-started', change, index: progress.done + 1, total: progress.total, at: at() };
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
