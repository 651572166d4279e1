import type { Access } from '../core/access.ts';
import { durationText } from '../core/duration.ts';
import { ApiError, UpgradeError } from '../core/errors.ts';
import { listAt, numberAt, objectAt, stringAt, valueAt } from '../core/json.ts';
import { matchesSelector } from '../core/label-selector.ts';
import { type K8sObject, labelsOf, refText } from '../core/object.ts';
import type { Awaited } from '../core/plan.ts';
import { type Readiness, readinessOf } from '../core/readiness.ts';
import { type ApiResources, servedVersions } from '../core/resources.ts';
import type { RunEvent, Wait } from './events.ts';
import type { Clock, Cluster } from './ports.ts';
import { collect } from './read-state.ts';
import { isPodReady } from './workload-pods.ts';

export interface WaitContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly resources: ApiResources;
  /** Milliseconds that this wait may take. */
  readonly timeout: number;
  /** When the run began, for the events' times. */
  readonly startedAt: number;
  readonly signal?: AbortSignal | undefined;
}

const POLL = 500;
// Asking why a workload is not there yet reads its pods and events; often enough for a person to follow.
const EXPLAIN_EVERY = 4;

/**
 * Waits until every object is there: CustomResourceDefinitions established, workloads rolled out.
 * Tells each time something changes what is still missing and why.
 * @throws UpgradeError when the time is over or an object says that waiting will not help
 */
export async function* waitFor(awaited: readonly Awaited[], context: WaitContext): AsyncGenerator<RunEvent> {
  const { clock, timeout, startedAt, signal } = context;
  const deadline = clock.now() + timeout;
  const at = () => clock.now() - startedAt;
  let pending = awaited;
  let told = '';
  for (let round = 0; pending.length > 0; round += 1) {
    const states = await Promise.all(pending.map((one) => stateOf(one, context)));
    // What is there at the first look was not waited for.
    if (round > 0)
      for (const { awaited: one } of states.filter(isThere)) yield { event: 'ready', ref: one.ref, at: at() };
    const missing = states.filter((state) => !isThere(state));
    pending = missing.map(({ awaited: one }) => one);
    if (pending.length === 0 || signal?.aborted) return;
    const end = endOf(missing, clock.now() >= deadline, timeout);
    if (end !== undefined || round % EXPLAIN_EVERY === 0) {
      const waits = await Promise.all(missing.map((state) => explain(state, context)));
      if (end !== undefined) throw notThere(waits, end);
      const text = waits.map(({ ref, why }) => `${refText(ref)} ${why}`).join('\n');
      if (text !== told) yield { event: 'waiting', waits, at: at() };
      told = text;
    }
    await clock.sleep(POLL, signal);
  }
}

/** Why the waiting ends although something is missing, if it does. */
function endOf(missing: readonly State[], isOver: boolean, timeout: number): string | undefined {
  if (missing.some(({ readiness }) => readiness.state === 'failed')) return 'will not become ready';
  return isOver ? `not ready within ${durationText(timeout)}` : undefined;
}

function isThere({ readiness }: State): boolean {
  return readiness.state === 'ready';
}

interface State {
  readonly awaited: Awaited;
  readonly live: K8sObject | undefined;
  readonly readiness: Readiness;
}

async function stateOf(awaited: Awaited, { cluster }: WaitContext): Promise<State> {
  const live = await cluster.get(awaited.resource, awaited.ref).catch((error: unknown) => unlessBrief(error));
  if (typeof live === 'string') return { awaited, live: undefined, readiness: { state: 'waiting', why: live } };
  const readiness: Readiness = live === undefined ? { state: 'waiting', why: 'it does not exist' } : readinessOf(live);
  return { awaited, live, readiness };
}

/** A server that does not answer for a moment is no reason to give up a wait: why it waits is said instead. */
function unlessBrief(error: unknown): string {
  const isRefusal = error instanceof ApiError && error.status < 500;
  if (!(error instanceof UpgradeError) || isRefusal) throw error;
  return error.message;
}

async function explain({ awaited, live, readiness }: State, context: WaitContext): Promise<Wait> {
  const why = readiness.state === 'ready' ? '' : readiness.why;
  const selector = objectAt(valueAt(live, 'spec', 'selector'));
  if (live === undefined || live.kind === 'CustomResourceDefinition' || Object.keys(selector).length === 0)
    return { ref: awaited.ref, why };
  const reasons = await podReasons(live, selector, context).catch(() => []);
  return { ref: awaited.ref, why: [why, ...reasons].join('; ') };
}

const REASONS_SHOWN = 3;
const POD = { group: '', kind: 'Pod' };
const EVENT = { group: '', kind: 'Event' };

/** What is read to tell why a workload is not there yet. */
export function waitAccesses(namespace: string | undefined): readonly Access[] {
  return [POD, EVENT].map((kind) => ({ ...kind, verbs: ['list'], namespace }));
}

/** Why pods of a workload are not ready: their containers' states, else their conditions, else the workload's latest warning. */
async function podReasons(
  live: K8sObject,
  selector: ReturnType<typeof objectAt>,
  { cluster, resources }: WaitContext,
): Promise<readonly string[]> {
  const namespace = live.metadata.namespace;
  const [podResource] = servedVersions(resources, POD);
  const [eventResource] = servedVersions(resources, EVENT);
  if (!podResource) return [];
  const pods = (await collect(cluster.list(podResource, { namespace }))).filter(
    (pod) => matchesSelector(selector, labelsOf(pod)) && pod.metadata.deletionTimestamp === undefined,
  );
  const reasons = [...pods.filter((pod) => !isPodReady(pod)).flatMap(reasonsOfPod), ...refusedPods(live)];
  if (reasons.length > 0) return [...new Set(reasons)].slice(0, REASONS_SHOWN);
  if (!eventResource) return [];
  // A Service and its Endpoints often have the workload's name.
  const about = `involvedObject.kind=${live.kind},involvedObject.name=${live.metadata.name}`;
  const events = await collect(cluster.list(eventResource, { namespace, fieldSelector: `type=Warning,${about}` }));
  const last = events.at(-1);
  return last === undefined ? [] : [stringAt(last.message) ?? ''];
}

/** Pods that could not even be created: refused by an admission webhook, a quota. */
function refusedPods(live: K8sObject): readonly string[] {
  const failure = listAt(valueAt(live, 'status', 'conditions')).find(
    (item) => valueAt(item, 'type') === 'ReplicaFailure' && valueAt(item, 'status') === 'True',
  );
  const message = stringAt(valueAt(failure, 'message'));
  return message === undefined ? [] : [message];
}

function reasonsOfPod(pod: K8sObject): readonly string[] {
  const name = pod.metadata.name;
  const statuses = [
    ...listAt(valueAt(pod, 'status', 'initContainerStatuses')),
    ...listAt(valueAt(pod, 'status', 'containerStatuses')),
  ];
  const containers = statuses.flatMap((status) => {
    const waiting = valueAt(status, 'state', 'waiting') ?? valueAt(status, 'state', 'terminated');
    const reason = stringAt(valueAt(waiting, 'reason'));
    if (reason === undefined || reason === 'Completed') return [];
    const ended = numberAt(
      valueAt(status, 'state', 'terminated', 'exitCode') ?? valueAt(status, 'lastState', 'terminated', 'exitCode'),
    );
    const details = [
      ...[stringAt(valueAt(waiting, 'message')) ?? []].flat(),
      ...(ended === undefined ? [] : [`exit code ${ended}`]),
    ];
    return [
      `pod ${name}, container ${stringAt(valueAt(status, 'name'))}: ${reason}${details.length === 0 ? '' : ` (${details.join('; ')})`}`,
    ];
  });
  if (containers.length > 0) return containers;
  const unmet = listAt(valueAt(pod, 'status', 'conditions')).find(
    (item) => valueAt(item, 'status') === 'False' && stringAt(valueAt(item, 'message')),
  );
  return unmet === undefined ? [] : [`pod ${name}: ${stringAt(valueAt(unmet, 'message'))}`];
}

function notThere(waits: readonly Wait[], what: string): UpgradeError {
  const list = waits.map(({ ref, why }) => `${refText(ref)}: ${why}`).join('\n       ');
  return new UpgradeError(`${what}\n       ${list}`, {
    hint: 'mend what is named and run the same command again: it goes on where it stopped',
  });
}
