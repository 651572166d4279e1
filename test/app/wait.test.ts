import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/app/events.ts';
import type { Cluster } from '../../src/app/ports.ts';
import { waitFor } from '../../src/app/wait.ts';
import { ApiError, UpgradeError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { deployment, object } from '../objects.ts';
import { awaitedIn, but, clusterOf, type FakeClock, fakeClock } from './in-memory.ts';

const PATH = 'istio-system/istio-pilot';
const NAME = 'Deployment.apps/istio-system/istio-pilot';
const TIMEOUT = 10_000;

const withStatus = (status: JsonObject): K8sObject => ({
  ...deployment(PATH, { labels: { istio: 'pilot' } }),
  status: { observedGeneration: 1, ...status },
});
const WAITING = withStatus({ replicas: 1, updatedReplicas: 1, availableReplicas: 0 });
const READY = withStatus({ replicas: 1, updatedReplicas: 1, availableReplicas: 1 });
const pod = (name: string, status: JsonObject, labels: JsonObject = { istio: 'pilot' }) =>
  object('v1', 'Pod', `istio-system/${name}`, { metadata: { labels }, status });
const waitingContainer = (name: string, reason: string, message?: string): JsonObject => ({
  containerStatuses: [{ name, state: { waiting: { reason, ...(message === undefined ? {} : { message }) } } }],
});

interface Waited {
  readonly clock?: FakeClock;
  readonly signal?: AbortSignal;
}

async function* waiting(cluster: Cluster, targets: readonly K8sObject[], { clock = fakeClock(), signal }: Waited = {}) {
  const awaited = await Promise.all(targets.map((target) => awaitedIn(cluster, target)));
  const resources = await cluster.discover();
  yield* waitFor(awaited, { cluster, clock, resources, timeout: TIMEOUT, startedAt: 0, signal });
}

async function eventsOf(events: AsyncIterable<RunEvent>): Promise<readonly RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function failureOf(events: AsyncIterable<RunEvent>): Promise<UpgradeError> {
  try {
    await eventsOf(events);
  } catch (error) {
    assert.ok(error instanceof UpgradeError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'it did not fail' });
}

/** The cluster, in which the Deployment becomes ready at that time. */
function readyAt(clock: FakeClock, milliseconds: number, cluster = clusterOf(WAITING)): Cluster {
  let isReady = false;
  clock.at(milliseconds, () => {
    isReady = true;
  });
  return but(cluster, {
    get: async (resource, ref) => {
      const live = await cluster.get(resource, ref);
      return isReady && live?.kind === 'Deployment' ? { ...live, status: READY.status } : live;
    },
  });
}

test('what is there at the first look is not waited for', async () => {
  const clock = fakeClock();
  assert.deepEqual(await eventsOf(waiting(clusterOf(READY), [READY], { clock })), []);
  assert.equal(clock.now(), 0);
});

test('what is not there is told with the reason, and told again when it is', async () => {
  const clock = fakeClock();
  const events = await eventsOf(waiting(readyAt(clock, 3000), [WAITING], { clock }));
  assert.deepEqual(
    events.map(({ event, at }) => [event, at]),
    [
      ['waiting', 0],
      ['ready', 3000],
    ],
  );
  const [first] = events;
  assert.ok(first?.event === 'waiting');
  assert.deepEqual(
    first.waits.map(({ ref, why }) => [ref.name, why]),
    [['istio-pilot', '0 of 1 new pods available']],
  );
});

test('the same reason is not told twice, another one is', async () => {
  const clock = fakeClock();
  const inner = clusterOf(WAITING);
  let status = WAITING.status;
  clock.at(4000, () => {
    status = withStatus({ replicas: 2, updatedReplicas: 1 }).status;
  });
  const cluster = but(inner, {
    get: async (resource, ref) => {
      const live = await inner.get(resource, ref);
      return live === undefined ? live : { ...live, status };
    },
  });
  const told: string[] = [];
  await assert.rejects(async () => {
    for await (const event of waiting(cluster, [WAITING], { clock }))
      told.push(event.event === 'waiting' ? `${event.waits[0]?.why}` : event.event);
  });
  assert.deepEqual(told, ['0 of 1 new pods available', '1 old pod still to stop']);
});

test('when the time is over, everything that is missing is named with why', async () => {
  const missing = deployment('istio-system/istio-galley');
  const error = await failureOf(waiting(clusterOf(WAITING), [WAITING, missing]));
  assert.equal(
    error.message,
    `not ready within 10s\n       ${NAME}: 0 of 1 new pods available\n       Deployment.apps/istio-system/istio-galley: it does not exist`,
  );
  assert.match(error.hint ?? '', /run the same command again/);
});

test('a rollout that says it failed is not waited for any longer', async () => {
  const clock = fakeClock();
  const failed = withStatus({
    conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
  });
  const { message } = await failureOf(waiting(clusterOf(failed), [failed], { clock }));
  assert.match(message, /^will not become ready\n +Deployment\.apps\/istio-system\/istio-pilot: .*progress deadline/);
  assert.equal(clock.now(), 0);
});

async function whyWith(...others: readonly K8sObject[]): Promise<string> {
  const { message } = await failureOf(waiting(clusterOf(WAITING, ...others), [WAITING]));
  return message.split('\n')[1]?.trim() ?? '';
}

test("the reasons of the workload's pods that are not ready are named, container by container", async () => {
  const why = await whyWith(
    pod('pilot-1', {
      containerStatuses: [
        { name: 'discovery', state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } } },
        { name: 'proxy', state: { terminated: { reason: 'Error' } } },
      ],
    }),
  );
  assert.equal(
    why,
    `${NAME}: 0 of 1 new pods available; pod pilot-1, container discovery: ImagePullBackOff (Back-off pulling image); pod pilot-1, container proxy: Error`,
  );
});

test('an init container that hangs is named, too', async () => {
  const status = { initContainerStatuses: [{ name: 'init', state: { waiting: { reason: 'CrashLoopBackOff' } } }] };
  assert.match(await whyWith(pod('pilot-1', status)), /pod pilot-1, container init: CrashLoopBackOff$/);
});

test('a pod that no node takes says what the scheduler says', async () => {
  const conditions = [
    { type: 'PodScheduled', status: 'False', message: '0/3 nodes are available: 3 Insufficient memory.' },
  ];
  assert.match(
    await whyWith(pod('pilot-1', { conditions })),
    /pod pilot-1: 0\/3 nodes are available: 3 Insufficient memory\.$/,
  );
});

test('ready pods and pods of others have nothing to do with it', async () => {
  const why = await whyWith(
    pod('pilot-1', { ...waitingContainer('x', 'Ignored'), conditions: [{ type: 'Ready', status: 'True' }] }),
    pod('galley-1', waitingContainer('x', 'Ignored'), { istio: 'galley' }),
  );
  assert.equal(why, `${NAME}: 0 of 1 new pods available`);
});

test('no more than three reasons are shown, and each once', async () => {
  const pods = ['a', 'b', 'c', 'd'].map((name) => pod(name, waitingContainer('discovery', 'ErrImagePull')));
  const why = await whyWith(...pods);
  assert.equal(why.match(/ErrImagePull/g)?.length, 3);
});

test('without a pod to ask, the latest warning about the workload tells why', async () => {
  const event = (name: string, type: string, message: string) =>
    object('v1', 'Event', `istio-system/${name}`, {
      type,
      message,
      involvedObject: { kind: 'Deployment', name: 'istio-pilot' },
    });
  const why = await whyWith(
    event('a', 'Warning', 'an older one'),
    event('b', 'Warning', 'exceeded quota'),
    event('c', 'Normal', 'Scaled up'),
  );
  assert.equal(why, `${NAME}: 0 of 1 new pods available; exceeded quota`);
});

test('who may not read pods is told what the workload itself says', async () => {
  const inner = clusterOf(WAITING);
  const cluster = but(inner, {
    list: () => {
      throw new ApiError('pods is forbidden', { status: 403, reason: 'Forbidden' });
    },
  });
  const { message } = await failureOf(waiting(cluster, [WAITING]));
  assert.match(message, /istio-pilot: 0 of 1 new pods available$/);
});

test('an interruption ends the waiting without an error', async () => {
  const clock = fakeClock();
  const interruption = new AbortController();
  clock.at(1000, () => interruption.abort());
  const events = await eventsOf(waiting(clusterOf(WAITING), [WAITING], { clock, signal: interruption.signal }));
  assert.deepEqual(
    events.map(({ event }) => event),
    ['waiting'],
  );
  assert.equal(clock.now(), 1000);
});

test('a server that does not answer for a moment is told of, and waited for', async () => {
  const clock = fakeClock();
  const cluster = readyAt(clock, 3000);
  let isAway = true;
  clock.at(1500, () => {
    isAway = false;
  });
  const flaky = but(cluster, {
    get: async (resource, ref) => {
      if (isAway) throw new UpgradeError('cannot reach the server');
      return cluster.get(resource, ref);
    },
  });
  const events = await eventsOf(waiting(flaky, [WAITING], { clock }));
  assert.match(JSON.stringify(events), /cannot reach the server/);
  assert.equal(events.at(-1)?.event, 'ready');
});

test('what the server refuses ends the waiting at once', async () => {
  const refusing = but(clusterOf(WAITING), {
    get: async () => {
      throw new ApiError('forbidden', { status: 403, reason: 'Forbidden' });
    },
  });
  assert.equal((await failureOf(waiting(refusing, [WAITING]))).message, 'forbidden');
});
