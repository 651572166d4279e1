import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evictor } from '../../src/app/evictor.ts';
import { carryOut } from '../../src/app/execute.ts';
import { guardedWrites } from '../../src/app/guarded-writes.ts';
import { holdLease } from '../../src/app/hold-lease.ts';
import { LEASES, type Leases, leaseRef, leaseState, type Observed } from '../../src/app/lease.ts';
import { leaseProblems } from '../../src/app/lease-rights.ts';
import type { Clock, Cluster } from '../../src/app/ports.ts';
import { sureWrites } from '../../src/app/sure-writes.ts';
import { ApiError, EXIT, NoAnswer, UpgradeError } from '../../src/core/errors.ts';
import { objectAt } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { object } from '../objects.ts';
import { but, changeIn, clusterOf } from './in-memory.ts';
import { leasesOf, type SteppedClock, steppedClock } from './leases.ts';

const NAMESPACE = 'istio-system';
const FREE: Observed = { holder: '', acquireTime: '', renewTime: 't0', duration: 30_000, at: 0 };
const HELD: Observed = { ...FREE, holder: 'eve' };

test('who holds a lease is told from two looks by our own clock', () => {
  const cases: readonly (readonly [string, Observed | undefined, Observed | undefined, string])[] = [
    ['there is none', undefined, undefined, 'free'],
    ['nobody holds it', undefined, FREE, 'free'],
    ['somebody does, and that is all that is known', undefined, HELD, 'silent'],
    ['it was not renewed for a while', HELD, { ...HELD, at: 29_999 }, 'silent'],
    ['it was not renewed for as long as it lasts', HELD, { ...HELD, at: 30_000 }, 'free'],
    ['it lasts longer', { ...HELD, duration: 60_000 }, { ...HELD, at: 30_000 }, 'silent'],
    ['it was renewed', HELD, { ...HELD, renewTime: 't1', at: 30_000 }, 'alive'],
    ['somebody else took it', HELD, { ...HELD, holder: 'bob', at: 30_000 }, 'alive'],
    ['it was released', HELD, { ...FREE, at: 30_000 }, 'ended'],
    ['it is gone', HELD, undefined, 'ended'],
  ];
  for (const [what, first, now, state] of cases) assert.equal(leaseState(first, now), state, what);
});

interface World {
  readonly clock: SteppedClock;
  readonly cluster: Cluster;
  readonly leases: Leases;
}

function world(): World {
  const cluster = clusterOf(object('v1', 'Namespace', NAMESPACE));
  return { clock: steppedClock(), cluster, leases: leasesOf(cluster) };
}

function hold(
  { leases, clock }: { readonly leases: Leases; readonly clock: Clock },
  holder: string,
  told: string[] = [],
) {
  return holdLease(leases, clock, { namespace: NAMESPACE, holder, tell: (text) => told.push(text) });
}

async function specIn({ leases }: World) {
  return objectAt((await leases.get(LEASES, leaseRef(NAMESPACE)))?.spec);
}

test('a lease is taken, renewed every third of its duration, and released for the next one, who need not wait', async () => {
  const here = world();
  const held = await hold(here, 'alice');
  const taken = await specIn(here);
  assert.deepEqual(taken, {
    holderIdentity: 'alice',
    leaseDurationSeconds: 30,
    acquireTime: '2019-10-01T00:00:00.000000Z',
    renewTime: '2019-10-01T00:00:00.000000Z',
    leaseTransitions: 0,
  });
  await here.clock.advance(9_999);
  assert.equal((await specIn(here)).renewTime, taken.renewTime);
  await here.clock.advance(1);
  assert.deepEqual(await specIn(here), { ...taken, renewTime: '2019-10-01T00:00:10.000000Z' });
  await held.check();
  await held.release();
  assert.equal((await specIn(here)).holderIdentity, '');
  await hold(here, 'bob');
  const { holderIdentity, leaseTransitions } = await specIn(here);
  assert.deepEqual([holderIdentity, leaseTransitions], ['bob', 1]);
});

test('a second run is refused as soon as the first one shows that it is alive, and told who it is and since when', async () => {
  const here = world();
  const held = await hold(here, 'alice@laptop 42/1');
  await here.clock.advance(3_000);
  const told: string[] = [];
  const second = assert.rejects(hold(here, 'bob', told), (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.equal(error.exit, EXIT.blocked);
    assert.equal(
      error.message,
      'nothing was written: another run, alice@laptop 42/1, holds Lease.coordination.k8s.io/istio-system/istio-upgrade since 2019-10-01T00:00:00.000000Z, and is alive',
    );
    return true;
  });
  await here.clock.advance(8_000);
  await second;
  assert.match(told.join('\n'), /held by alice@laptop 42\/1 since 2019-10-01.* for up to 30s$/);
  await held.release();
});

test('of two runs that begin at once one gets the lease', async () => {
  const here = world();
  const both = [hold(here, 'alice'), hold(here, 'bob')].map((one) =>
    one.then(
      () => 'held',
      (error: UpgradeError) => error.exit,
    ),
  );
  await here.clock.advance(15_000);
  assert.deepEqual((await Promise.all(both)).sort(), [EXIT.blocked, 'held']);
});

test('a lease whose holder died is taken over after it was silent for its duration, whatever its times say', async () => {
  const here = world();
  const dead: Clock = { now: () => Date.UTC(2035, 0, 1), sleep: () => new Promise(() => {}) };
  await hold({ ...here, clock: dead }, 'alice');
  const told: string[] = [];
  let isHeld = false;
  const second = hold(here, 'bob', told).then((held) => {
    isHeld = true;
    return held;
  });
  await here.clock.advance(29_000);
  assert.equal(isHeld, false);
  await here.clock.advance(2_000);
  await (await second).check();
  assert.equal((await specIn(here)).holderIdentity, 'bob');
});

test('a run that has just ended leaves a plan behind that may be stale: that is said', async () => {
  const here = world();
  const held = await hold(here, 'alice');
  const second = assert.rejects(hold(here, 'bob'), {
    message: /another run, alice, has just ended/,
    exit: EXIT.blocked,
  });
  await here.clock.advance(500);
  await held.release();
  await here.clock.advance(2_000);
  await second;
});

const CONFIG = object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: 'new' } });

test('a lost lease stops the run before its next write', async () => {
  const here = world();
  const held = await hold(here, 'alice');
  const change = await changeIn(here.cluster, { target: CONFIG, installed: CONFIG });
  const live = await here.leases.get(LEASES, leaseRef(NAMESPACE));
  assert.ok(live);
  await here.leases.update(LEASES, { ...live, spec: { ...objectAt(live.spec), holderIdentity: 'bob' } });
  await here.clock.advance(11_000);
  const guarded = guardedWrites(whole(here.cluster), () => held.check());
  await assert.rejects(carryOut(change, { cluster: guarded, clock: here.clock, timeout: 1000 }), {
    message: 'Lease.coordination.k8s.io/istio-system/istio-upgrade was lost to bob: nothing more is written',
  });
  assert.equal(await here.cluster.get(change.resource, change.ref), undefined);
  await held.release();
  assert.equal((await specIn(here)).holderIdentity, 'bob', 'what is not ours is not released');
});

function whole(cluster: Cluster, answers: Partial<Cluster> = {}): Cluster & Evictor {
  return { ...but(cluster, answers), evict: async () => undefined };
}

/** Leases that cannot be written while `isDown`. */
function shaky(leases: Leases, isDown: () => boolean, error: () => Error): Leases {
  return {
    ...leases,
    update: (resource, body) => (isDown() ? Promise.reject(error()) : leases.update(resource, body)),
  };
}

test('no write goes out without a lease that was renewed lately; when it can be renewed again, the run goes on', async () => {
  const here = world();
  let isDown = false;
  const leases = shaky(
    here.leases,
    () => isDown,
    () => new NoAnswer('connection refused'),
  );
  const held = await hold({ leases, clock: here.clock }, 'alice');
  isDown = true;
  await here.clock.advance(19_000);
  await held.check();
  await here.clock.advance(2_000);
  await assert.rejects(held.check(), { message: 'connection refused' });
  isDown = false;
  await held.check();
  assert.equal((await specIn(here)).renewTime, '2019-10-01T00:00:21.000000Z');
  await held.release();
});

test('a renewal whose answer was lost is recognised as our own', async () => {
  const here = world();
  let lost = 0;
  const leases: Leases = {
    ...here.leases,
    update: async (resource, body) => {
      const written = await here.leases.update(resource, body);
      lost += 1;
      if (lost === 1) throw new NoAnswer('the connection was reset');
      return written;
    },
  };
  const held = await hold({ leases, clock: here.clock }, 'alice');
  await here.clock.advance(13_000);
  await held.check();
  assert.equal((await specIn(here)).renewTime, '2019-10-01T00:00:12.000000Z');
  await held.release();
  assert.equal((await specIn(here)).holderIdentity, '');
});

test('a creation whose answer was lost is ours all the same', async () => {
  const here = world();
  const leases: Leases = {
    ...here.leases,
    create: async (resource, body) => {
      await here.leases.create(resource, body);
      throw new NoAnswer('the connection was reset');
    },
  };
  const holding = hold({ leases, clock: here.clock }, 'alice');
  await here.clock.advance(1_500);
  await (await holding).release();
});

test('no write of any kind goes out when the check fails; reads and dry-runs do', async () => {
  const cluster = clusterOf();
  const { resource, ref } = await changeIn(cluster, { target: CONFIG, installed: CONFIG });
  const sent: string[] = [];
  const note = (what: string) => async () => {
    sent.push(what);
    return CONFIG;
  };
  const inner = whole(cluster, {
    apply: note('apply'),
    update: note('update'),
    patch: note('patch'),
    delete: async () => void sent.push('delete'),
  });
  const guarded = guardedWrites({ ...inner, evict: async () => void sent.push('evict') }, async () => {
    throw new UpgradeError('lost');
  });
  const writes: readonly (() => Promise<unknown>)[] = [
    () => guarded.apply(resource, CONFIG),
    () => guarded.update(resource, CONFIG),
    () => guarded.patch(resource, ref, []),
    () => guarded.delete(resource, ref),
    () => guarded.evict(CONFIG),
  ];
  for (const write of writes) await assert.rejects(write(), { message: 'lost' });
  assert.deepEqual(sent, []);
  await guarded.apply(resource, CONFIG, { dryRun: true });
  await guarded.update(resource, CONFIG, { dryRun: true });
  assert.equal(await guarded.get(resource, ref), undefined);
  assert.deepEqual(sent, ['apply', 'update']);
});

test('every write of a run passes the check, and a write that is repeated passes it again', async () => {
  const cluster = clusterOf();
  const change = await changeIn(cluster, { target: CONFIG, installed: CONFIG });
  const checks: string[] = [];
  let writes = 0;
  const failing = whole(cluster, {
    apply: async () => {
      writes += 1;
      throw new ApiError('internal error', { status: 500, reason: 'InternalError' });
    },
  });
  const guarded = guardedWrites(failing, async () => {
    checks.push('checked');
    if (checks.length > 3) throw new UpgradeError('lost');
  });
  const clock = steppedClock();
  const running = assert.rejects(carryOut(change, { cluster: sureWrites(guarded, clock), clock, timeout: 1000 }), {
    message: 'lost',
  });
  await clock.advance(10_000);
  await running;
  assert.deepEqual([checks.length, writes], [4, 3]);
});

test('who may not write leases is told: a warning of a plan, a blocker of a run', async () => {
  const forbidden = async () => {
    throw new ApiError('Lease: forbidden', { status: 403, reason: 'Forbidden' });
  };
  for (const right of ['get', 'create', 'update'] as const) {
    for (const [willWrite, severity] of [
      [false, 'warning'],
      [true, 'blocker'],
    ] as const) {
      const leases = { ...leasesOf(clusterOf()), [right]: forbidden };
      const problems = await leaseProblems(leases, { istioNamespace: NAMESPACE, willWrite });
      assert.deepEqual(
        problems.map((problem) => [problem.id, problem.severity]),
        [['no-lease', severity]],
        right,
      );
    }
  }
  const tried: unknown[] = [];
  const trying = async (_resource: unknown, body: K8sObject, options?: { readonly dryRun?: boolean }) => {
    tried.push([options?.dryRun, body.metadata.name]);
    return body;
  };
  const allowed: Leases = { ...leasesOf(clusterOf()), create: trying, update: trying };
  assert.deepEqual(await leaseProblems(allowed, { istioNamespace: NAMESPACE, willWrite: true }), []);
  assert.deepEqual(tried, Array(2).fill([true, 'istio-upgrade']));
});
