import type { Change } from '../core/change.ts';
import { countedAre } from '../core/counted.ts';
import { UpgradeError, UpgradeErrors } from '../core/errors.ts';
import { refText } from '../core/object.ts';
import type { Plan, Restart } from '../core/plan.ts';
import { shortList } from '../core/short-list.ts';
import { checkSidecars } from './check-sidecars.ts';
import { passGate } from './data-plane-gate.ts';
import type { RunEvent } from './events.ts';
import { type EvictContext, evictPods } from './evict-pods.ts';
import { carryOut } from './execute.ts';
import { inParallel } from './in-parallel.ts';
import { Interrupted } from './interrupted.ts';
import { waitFor } from './wait.ts';
import { podsOf } from './workload-pods.ts';

export interface DataPlaneContext extends EvictContext {
  /** Workloads of one namespace that are restarted at a time. */
  readonly maxParallel: number;
  /** Counts the changes of the whole run. */
  readonly progress: { done: number; readonly total: number };
}

// Each namespace goes at its own pace; more at a time would be hard to follow, and to stop.
const NAMESPACES_AT_A_TIME = 4;

/**
 * Brings the plan's workloads to the target's sidecar. Each passes its gate, is restarted, waited for, and its pods are checked. After a
 * failure no other is begun, and those under way are finished.
 * @throws UpgradeErrors with every failure and what is left; Interrupted when the signal fired
 */
export async function* runDataPlane(plan: Plan, context: DataPlaneContext): AsyncGenerator<RunEvent> {
  const restarts = plan.dataPlane?.restarts ?? [];
  const done = new Set<Restart>();
  const begun = new Set<Restart>();
  const jobs = restarts.map((restart) => ({
    group: restart.ref.namespace,
    run: (isStopping: () => boolean) =>
      restarted(restart, plan, { ...context, done, begun, isStopping, total: restarts.length }),
  }));
  const { errors } = yield* inParallel(jobs, {
    perGroup: context.maxParallel,
    groups: NAMESPACES_AT_A_TIME,
    mayStart: () => context.signal?.aborted !== true,
  });
  const left = restarts.filter((restart) => !done.has(restart));
  if (errors.length > 0) throw failure(errors, namesOf(left));
  if (left.length === 0) return;
  const underWay = left.filter((restart) => begun.has(restart));
  const rolling = underWay.length === 0 ? '' : `; begun, and going on by themselves: ${namesOf(underWay)}`;
  throw new Interrupted(
    `in phase data-plane: ${done.size} of ${countedAre(restarts.length, 'workload')} done${rolling}`,
  );
}

interface OneContext extends DataPlaneContext {
  readonly done: Set<Restart>;
  /** Their templates are changed. */
  readonly begun: Set<Restart>;
  readonly isStopping: () => boolean;
  readonly total: number;
}

async function* restarted(restart: Restart, plan: Plan, context: OneContext): AsyncGenerator<RunEvent> {
  const { ref, resource } = restart;
  const { cluster, resources, signal, done, begun, total, isStopping } = context;
  yield* passGate(restart, plan, context);
  if (signal?.aborted || isStopping()) return;
  const change = plan.changes.find((one) => one.phase === 'data-plane' && refText(one.ref) === refText(ref));
  if (change !== undefined) yield* written(change, context);
  begun.add(restart);
  yield* restart.way === 'evict' ? evictPods(restart, context) : waitFor([restart], context);
  if (signal?.aborted) return;
  const live = await cluster.get(resource, ref);
  const pods = live === undefined ? [] : await podsOf(live, cluster, resources);
  checkSidecars(ref, pods, plan.to);
  done.add(restart);
  yield { event: 'sidecars-checked', ref, pods: pods.length, done: done.size, total, at: now(context) };
}

async function* written(change: Change, context: OneContext): AsyncGenerator<RunEvent> {
  const { progress } = context;
  yield { event: 'change-started', change, index: progress.done + 1, total: progress.total, at: now(context) };
  const outcome = await carryOut(change, context);
  progress.done += 1;
  yield { event: 'change-done', change, outcome, at: now(context) };
}

function now({ clock, startedAt }: DataPlaneContext): number {
  return clock.now() - startedAt;
}

function namesOf(restarts: readonly Restart[]): string {
  return shortList(restarts.map(({ ref }) => refText(ref)));
}

/** Every failure, and last what was not begun or not finished besides. An error that is not for people is thrown as it is. */
function failure(errors: readonly unknown[], left: string): unknown {
  const told = errors.filter((error) => error instanceof UpgradeError);
  if (told.length < errors.length) return errors.find((error) => !(error instanceof UpgradeError));
  const rest = new UpgradeError(`stopped: still to be upgraded are ${left}`, {
    hint: 'mend what is named and run the same command again: only what is left is done',
  });
  return new UpgradeErrors([
    ...told.flatMap((error) => (error instanceof UpgradeErrors ? error.errors : [error])),
    rest,
  ]);
}
