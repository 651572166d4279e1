import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isObject } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import type { Problem } from '../../../src/core/problem.ts';
import { type Snapshot, snapshotOf } from '../../../src/core/snapshot.ts';
import type { Wish } from '../../../src/core/wish.ts';
import { overlaid } from '../../../src/hops/1.1-to-1.2/mtls/edits.ts';
import { migrate, unmetIn } from '../../../src/hops/1.1-to-1.2/mtls/migrate.ts';
import { authAnnotations } from '../../../src/hops/1.1-to-1.2/rules/auth-annotations.ts';
import { excludedServices } from '../../../src/hops/1.1-to-1.2/rules/excluded-services.ts';
import { istio11, istio12 } from '../../../src/hops/1.1-to-1.2/semantics.ts';
import { installedTlsObjects } from '../../../src/hops/every/mesh-wide.ts';
import { sidecarPresence } from '../../../src/mesh/sidecar-presence.ts';
import { trafficOf } from '../../../src/mesh/traffic.ts';
import { object } from '../../objects.ts';
import { contextOf, ISTIO } from '../context.ts';
import { contentsOf, type Way, wayOf } from './carrying-out.ts';
import { OBSTACLES } from './mesh-pool.ts';
import { askedOf, changesOf, isAsAsked, mayFail, type Row, rowsOf } from './mtls-judge.ts';
import { brokenOnTheWay } from './passing-states.ts';
import { randomMesh, randomRelease } from './random-mesh.ts';
import { policy } from './random-policies.ts';
import { faultsOf } from './valid-mesh.ts';

/** Meshes where all that is asked for can be done. */
const FREE = randomMesh([]);
const OBSTRUCTED = fc.subarray([...OBSTACLES], { minLength: 1, maxLength: 2 }).chain(randomMesh);
const ANY = fc.oneof(FREE, OBSTRUCTED);

/** A mesh, what is installed in it besides, and whether annotations go. */
interface Setting {
  readonly start: Snapshot;
  readonly target: readonly K8sObject[];
  readonly removeAnnotations: boolean;
}

interface Outcome {
  readonly wishes: readonly Wish[];
  readonly problems: readonly Problem[];
  /** Keys of connections that are named as not as asked for. */
  readonly unmet: readonly string[];
}

function settingOf(live: readonly K8sObject[], target: readonly K8sObject[], removeAnnotations: boolean): Setting {
  const installed = installedTlsObjects(contextOf({ live, target }));
  return { start: overlaid(snapshotOf(live), installed), target, removeAnnotations };
}

/** What both rules together make of a mesh. */
function outcomeOf({ objects }: Snapshot, { target, removeAnnotations }: Omit<Setting, 'start'>): Outcome {
  const context = contextOf({ live: [...objects.values()], target, removeAnnotations });
  const results = [authAnnotations, excludedServices].map((rule) => rule.apply(context));
  const unmet = unmetIn(migrate(context)).map(({ client, service, port, subset }) =>
    [client, service, port, subset].join(' '),
  );
  return {
    wishes: results.flatMap(({ wishes = [] }) => wishes),
    problems: results.flatMap(({ problems = [] }) => problems),
    unmet: [...new Set(unmet)].toSorted(),
  };
}

/** What happens when the wishes are carried out. */
function run(start: Snapshot, setting: Setting): Way {
  return wayOf(start, outcomeOf(start, setting).wishes);
}

function rowsIn(snapshot: Snapshot, semantics = istio12): ReadonlyMap<string, Row> {
  return rowsOf(trafficOf(snapshot, ISTIO, semantics));
}

function each(meshes: typeof ANY, numRuns: number, check: (setting: Setting) => void): void {
  const settings = fc.tuple(meshes, randomRelease, fc.boolean());
  fc.assert(
    fc.property(settings, (setting) => check(settingOf(...setting))),
    { seed: 12, numRuns },
  );
}

for (const [title, meshes] of [
  ['nothing stands in the way', FREE],
  ['something may stand in the way', OBSTRUCTED],
] as const) {
  test(`where ${title}, every connection is as asked for and all others as before, or it is named`, (t) => {
    const counts = { meshes: 0, connections: 0, asked: 0, wishes: 0, named: 0 };
    each(meshes, 200, (setting) => {
      const { start } = setting;
      const { wishes, problems, unmet } = outcomeOf(start, setting);
      const { end } = wayOf(start, wishes);
      const traffic = trafficOf(start, ISTIO, istio12);
      const [before, after] = [rowsOf(traffic), rowsIn(end)];
      const named = new Set(unmet);
      assert.deepEqual([...after.keys()].toSorted(), [...before.keys()].toSorted());
      for (const [key, was] of before) {
        const is = after.get(key);
        assert.ok(is);
        const asked = askedOf(traffic, was.service, was.port);
        counts.asked += asked === undefined ? 0 : 1;
        assert.deepEqual(changesOf(was, is, asked), [], key);
        assert.equal(named.has(key), asked !== undefined && !isAsAsked(asked, is, start), `${key}: named, or as asked`);
        const about = problems.filter((problem) => isAbout(problem, is));
        assert.ok(!named.has(key) || about.length > 0, `${key} is in no message`);
        const isCutOff = mayFail(is) && !mayFail(was) && sidecarPresence(start, is.service) !== 'none';
        assert.ok(!isCutOff || about.some(({ id }) => id === 'mtls-excluded-strict'), `${key} is cut off`);
      }
      assert.ok(unmet.every((key) => before.has(key)));
      if (meshes === FREE) assert.deepEqual(unmet, []);
      counts.meshes += 1;
      counts.connections += before.size;
      counts.wishes += wishes.length;
      counts.named += named.size;
    });
    t.diagnostic(JSON.stringify(counts));
    assert.ok(counts.wishes > counts.meshes && counts.asked > 10 * counts.meshes, 'there is something to migrate');
    assert.equal(counts.named > 0, meshes === OBSTRUCTED);
  });
}

/** Whether a reader of the message learns of this connection. */
function isAbout({ message }: Problem, { service, port, client }: Row): boolean {
  const isService = message.startsWith(`Service/${service.namespace}/${service.name} `);
  return isService && isWord(port, message) && (isWord(client, message) || /and \d+ more/.test(message));
}

function isWord(text: string | number, message: string): boolean {
  return new RegExp(`(?<![-/\\w])${text}(?![-/\\w])`).test(message);
}

test('once it is carried out, nothing is left to do, and the same is named', () => {
  each(ANY, 150, (setting) => {
    const { start } = setting;
    const { wishes, unmet } = outcomeOf(start, setting);
    const again = outcomeOf(wayOf(start, wishes).end, setting);
    assert.deepEqual(again.wishes, []);
    assert.deepEqual(again.unmet, unmet);
  });
});

test('a run that is cut off after any write is carried on to the same end', (t) => {
  let count = 0;
  each(ANY, 100, (setting) => {
    const { states, end } = run(setting.start, setting);
    for (const [index, { mesh }] of states.entries()) {
      assert.deepEqual(contentsOf(run(mesh, setting).end), contentsOf(end), `cut off after ${index} writes`);
      count += 1;
    }
  });
  t.diagnostic(`${count} states`);
});

// The configuration is changed while Pilot 1.1 is still there, and stays when 1.2 is.
for (const [version, semantics] of [
  ['1.1', istio11],
  ['1.2', istio12],
] as const) {
  test(`to Pilot ${version}, no call fails on the way that fails neither before nor after the upgrade`, () => {
    each(ANY, 120, (setting) => {
      const { states, end } = run(setting.start, setting);
      const ends = [rowsIn(setting.start, semantics), rowsIn(end, istio12)];
      for (const [index, { mesh }] of states.entries()) {
        for (const [key, row] of rowsIn(mesh, semantics)) {
          const isNew = mayFail(row) && !ends.some((rows) => isFailing(rows.get(key)));
          assert.ok(!isNew, `after ${index} writes, ${key}: ${row.tls} meets ${row.modes.join(' or ')}`);
        }
      }
    });
  });
}

function isFailing(row: Row | undefined): boolean {
  return row !== undefined && mayFail(row);
}

test('clients that follow later than servers, or sooner, are not cut off either', () => {
  each(ANY, 100, (setting) => {
    const { states } = run(setting.start, setting);
    const parts = [...Map.groupBy(states, ({ stage }) => stage).values()];
    assert.deepEqual(brokenOnTheWay(parts.map((part) => part.map(({ mesh }) => [...mesh.objects.values()]))), []);
  });
});

test('whatever the order of the objects, the same comes out, and no object is written to', () => {
  const meshes = fc.tuple(ANY, randomRelease).chain(([objects, target]) => {
    const shuffled = fc.shuffledSubarray([...objects], { minLength: objects.length });
    return fc.record({ objects: fc.constant(objects), shuffled, target: fc.constant(target) });
  });
  fc.assert(
    fc.property(meshes, ({ objects, shuffled, target }) => {
      freeze([...objects, ...target]);
      const options = { target, removeAnnotations: true };
      assert.deepEqual(outcomeOf(snapshotOf(shuffled), options), outcomeOf(snapshotOf(objects), options));
    }),
    { seed: 12, numRuns: 150 },
  );
});

function freeze(value: unknown): void {
  if (!isObject(value) && !Array.isArray(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
}

test('what is written is valid, and stands beside no other Policy or rule about the same', () => {
  each(ANY, 150, (setting) => {
    const { states } = run(setting.start, setting);
    for (const [index, { mesh }] of states.entries()) {
      const isLast = index === states.length - 1;
      assert.deepEqual(faultsOf(setting.start, mesh, { isLast }), [], `after ${index} writes`);
    }
  });
});

test('where labels make a Policy count for 1.1 and not for 1.2, clients are left as they are', () => {
  const subsets = [{ name: 'v1', labels: { version: 'v1' }, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } }];
  const live = [
    object('v1', 'Service', 'bar/foo', {
      metadata: { annotations: { 'auth.istio.io/80': 'NONE' } },
      spec: { ports: [{ name: 'http', port: 80 }], selector: { app: 'foo' } },
    }),
    policy('bar/authn', { targets: [{ name: 'foo', labels: { version: 'v2' } }], peers: [{ mtls: {} }] }),
    object('networking.istio.io/v1alpha3', 'DestinationRule', 'bar/foo', { spec: { host: 'foo', subsets } }),
  ];
  const { wishes, problems, unmet } = outcomeOf(snapshotOf(live), { target: [], removeAnnotations: false });
  assert.deepEqual(wishes, []);
  assert.deepEqual(unmet, ['bar Service/bar/foo 80 v1']);
  assert.ok(problems.some(({ id }) => id === 'mtls-policy-labels'));
});
