import { type Json, type JsonObject, listAt, objectAt, stringAt, valueAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';

/** Why the containers of a pod do not run. */
export interface NotReady {
  readonly reason: string;
  readonly message: string;
  /** The only container that does not run; all of them where none is named. */
  readonly container?: string;
}

/** What becomes of a pod: `true` it runs, `false` it runs but is not ready, otherwise its containers wait, and why. */
export type Readiness = boolean | NotReady;

export interface PodPlace {
  readonly hostIP: string;
  readonly podIP: string;
  /** RFC 3339 */
  readonly now: string;
}

/** The status that a kubelet reports of a pod on its node. Pods of Jobs succeed at once. */
export function podStatus(pod: K8sObject, readiness: Readiness, { hostIP, podIP, now }: PodPlace): JsonObject {
  const phase = phaseOf(pod, readiness);
  const isReady = phase === 'Running' && readiness === true;
  const statusOf = (container: Json): JsonObject => {
    const own = readinessOf(container, readiness);
    const ready = phase !== 'Succeeded' && own === true;
    return containerStatus(container, { ready, state: containerState(phase, own, now) });
  };
  return {
    phase,
    conditions: [
      condition('PodScheduled', true, now),
      condition('Initialized', true, now),
      condition('ContainersReady', isReady, now),
      condition('Ready', isReady, now),
    ],
    hostIP,
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: stringAt(valueAt(pod, 'status', 'startTime')) ?? now,
    initContainerStatuses: containers(pod, 'initContainers').map((one) =>
      containerStatus(one, { ready: true, state: containerState('Succeeded', true, now) }),
    ),
    containerStatuses: containers(pod, 'containers').map(statusOf),
  };
}

/** Whether the pod's status already says all that matters of this one, times aside. */
export function hasStatus(pod: K8sObject, status: JsonObject): boolean {
  return essence(objectAt(pod.status)) === essence(status);
}

export function isOwnedByJob(pod: K8sObject): boolean {
  return listAt(pod.metadata.ownerReferences).some((owner) => valueAt(owner, 'kind') === 'Job');
}

function phaseOf(pod: K8sObject, readiness: Readiness): 'Pending' | 'Running' | 'Succeeded' {
  if (typeof readiness === 'object') return 'Pending';
  return readiness && isOwnedByJob(pod) ? 'Succeeded' : 'Running';
}

/** What becomes of one container of a pod. */
function readinessOf(container: Json, readiness: Readiness): Readiness {
  if (typeof readiness !== 'object' || readiness.container === undefined) return readiness;
  return readiness.container === valueAt(container, 'name') ? readiness : true;
}

function containerState(phase: string, readiness: Readiness, now: string): JsonObject {
  if (typeof readiness === 'object') return { waiting: { reason: readiness.reason, message: readiness.message } };
  if (phase !== 'Succeeded') return { running: { startedAt: now } };
  return { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } };
}

function containers(pod: K8sObject, key: 'containers' | 'initContainers'): readonly Json[] {
  return listAt(valueAt(pod, 'spec', key));
}

function containerStatus(container: Json, { ready, state }: { ready: boolean; state: JsonObject }): JsonObject {
  const image = `${valueAt(container, 'image')}`;
  const imageID = `docker-pullable://${image}@sha256:${'0'.repeat(64)}`;
  const name = `${valueAt(container, 'name')}`;
  return { name, image, imageID, ready, restartCount: 0, started: 'running' in state, state };
}

function condition(type: string, holds: boolean, now: string): JsonObject {
  return { type, status: holds ? 'True' : 'False', lastTransitionTime: now, lastProbeTime: null };
}

function essence(status: JsonObject): string {
  const ready = listAt(status.conditions).find((one) => valueAt(one, 'type') === 'Ready');
  const parts = listAt(status.containerStatuses).map((one) => [
    valueAt(one, 'image'),
    valueAt(one, 'ready'),
    Object.keys(objectAt(valueAt(one, 'state'))),
    valueAt(one, 'state', 'waiting', 'reason'),
    valueAt(one, 'state', 'waiting', 'message'),
  ]);
  return JSON.stringify([status.phase, valueAt(ready, 'status'), parts]);
}
