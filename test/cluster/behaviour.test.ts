import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { systemClock } from '../../cmd/clock.ts';
import { makePlan } from '../../src/app/make-plan.ts';
import { runPlan } from '../../src/app/run-plan.ts';
import { connect } from '../../src/cluster/connect.ts';
import { listAt, objectAt, valueAt } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { DEFAULT_PHASES } from '../../src/core/phase.ts';
import { HOPS } from '../../src/hops/index.ts';
import type { Hop } from '../../src/plan/hop.ts';
import { readManifests } from '../../src/release/read-manifests.ts';
import { ROOT, run, STATE_HOME } from '../cli/run.ts';
import { istioTests, programPath } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import type { SavedState } from './harness/etcd.ts';
import { type StandInKubelet, standInKubelet } from './harness/kubelet.ts';
import { rolledOut } from './harness/rollout.ts';
import { ISTIO_SYSTEM, seedIstio11 } from './harness/seed.ts';
import { eventually } from './harness/waiting.ts';
import { release12 } from './istio-1.2.ts';

const PILOT: K8sObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: ISTIO_SYSTEM, name: 'istio-pilot' },
};
const MESH: K8sObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: ISTIO_SYSTEM, name: 'istio' } };
const SURGE = 'spec.strategy.rollingUpdate.maxSurge';

istioTests('an upgrade among others', () => {
  let cluster: TestCluster;
  let kubelet: StandInKubelet;
  let seeded: SavedState;
  let flags: readonly string[];
  let env: Record<string, string>;
  before(async () => {
    cluster = await startControlPlane();
    kubelet = await standInKubelet(cluster);
    await seedIstio11(cluster, { manifests: 'control-plane.yaml' });
    seeded = await cluster.saveState();
    flags = release12('control-plane.yaml').flags;
    env = { KUBECONFIG: cluster.kubeconfig() };
  });
  beforeEach(async () => {
    kubelet.readiness = () => true;
    await cluster.restoreState(seeded);
    await rolledOut(cluster, ISTIO_SYSTEM);
  });
  after(() => cluster?.stop());

  const apply = (...more: readonly string[]) => run(['apply', ...flags, '--yes', '--timeout', '60s', ...more], { env });
  const surge = async () => valueAt(await cluster.get(PILOT), 'spec', 'strategy', 'rollingUpdate', 'maxSurge');
  const teamSetsSurge = () =>
    cluster.patch(
      PILOT,
      'merge',
      { spec: { strategy: { rollingUpdate: { maxSurge: 3 } } } },
      { fieldManager: 'platform-team' },
    );

  test("a field that a living manager owns is a conflict with its owner's name, and stays as it is", async () => {
    await teamSetsSurge();
    const { out, exit } = await run(['plan', ...flags], { env });
    assert.match(
      out,
      new RegExp(`warning: Deployment.apps/istio-system/istio-pilot: ${SURGE} is owned by "platform-team"`),
    );
    assert.match(out, /--take Deployment\.apps\/istio-system\/istio-pilot:spec\.strategy/);
    assert.equal(exit, 0);
    assert.equal((await apply()).exit, 0);
    assert.equal(await surge(), 3);
    const again = await run(['plan', ...flags], { env });
    assert.match(again.out, /^nothing to do/m);
    assert.match(again.out, /is owned by "platform-team"/, 'it is still said');
  });

  test('--take takes the one field, --force-conflicts every one', async () => {
    await teamSetsSurge();
    const taken = await apply('--take', `Deployment.apps/istio-system/istio-pilot:${SURGE}`);
    assert.equal(taken.exit, 0, taken.err);
    assert.match(taken.out, /takes spec\.strategy\.rollingUpdate\.maxSurge from its owner "platform-team"/);
    assert.equal(await surge(), 1);
    await teamSetsSurge();
    assert.equal((await apply('--force-conflicts')).exit, 0);
    assert.equal(await surge(), 1);
    assert.match((await run(['plan', ...flags], { env })).out, /^nothing to do/m);
  });

  test('a status that changes between plan and apply stops nothing', async () => {
    const touch = async () => {
      await cluster.patch(PILOT, 'merge', { status: { observedGeneration: 1 } }, { subresource: 'status' });
      const conditions = [{ type: 'Progressing', status: 'True', reason: 'Touched' }];
      await cluster.patch(PILOT, 'merge', { status: { conditions } }, { subresource: 'status' });
      return 'yes';
    };
    const { exit, err } = await run(['apply', ...flags, '--timeout', '60s'], { env, answer: touch });
    assert.equal(exit, 0, err);
  });

  test('a spec that changes between plan and apply stops the run, with what moved, before that object is written', async () => {
    const touch = async () => {
      await cluster.patch(PILOT, 'merge', { spec: { minReadySeconds: 7 } }, { fieldManager: 'somebody' });
      return 'yes';
    };
    const { exit, err } = await run(['apply', ...flags, '--timeout', '60s'], { env, answer: touch });
    assert.equal(exit, 1);
    assert.match(err, /error: Deployment\.apps\/istio-system\/istio-pilot changed since the plan was made/);
    assert.match(err, /^\+ {2}minReadySeconds: 7$/m);
    assert.match(imageOf(await cluster.get(PILOT)), /pilot:1\.1\.17$/);
    assert.equal((await apply()).exit, 0, 'a new plan takes it from there');
    assert.equal(valueAt(await cluster.get(PILOT), 'spec', 'minReadySeconds'), 7);
  });

  test('a scale that an autoscaler changes between plan and apply stops nothing and stays', async () => {
    const scale = async () => {
      const { code, stderr } = await cluster.kubectl([
        '-n',
        ISTIO_SYSTEM,
        'scale',
        'deployment',
        'istio-pilot',
        '--replicas=2',
      ]);
      assert.equal(code, 0, stderr);
      return 'yes';
    };
    const { exit, err } = await run(['apply', ...flags, '--timeout', '60s'], { env, answer: scale });
    assert.equal(exit, 0, err);
    assert.equal(valueAt(await cluster.get(PILOT), 'spec', 'replicas'), 2);
  });

  test('a Deployment that is replaced keeps what others had set on it', async () => {
    const citadel: K8sObject = { ...PILOT, metadata: { ...PILOT.metadata, name: 'istio-citadel' } };
    const container = { name: 'citadel', env: [{ name: 'PROXY', value: 'here' }] };
    const theirs = {
      metadata: { annotations: { team: 'platform' } },
      spec: { template: { spec: { containers: [container] } } },
    };
    await cluster.patch(citadel, 'strategic-merge', theirs, { fieldManager: 'platform-team' });
    await rolledOut(cluster, ISTIO_SYSTEM);
    const { exit, out, err } = await apply();
    assert.equal(exit, 0, err);
    assert.match(
      out,
      /replace Deployment\.apps\/istio-system\/istio-citadel[\s\S]*carries over what "platform-team" set/,
    );
    const live = await cluster.get(citadel);
    assert.equal(valueAt(live, 'metadata', 'annotations', 'team'), 'platform');
    const [running] = listAt(valueAt(live, 'spec', 'template', 'spec', 'containers'));
    assert.deepEqual(valueAt(running, 'env'), container.env);
    assert.match(`${valueAt(running, 'image')}`, /citadel:1\.2\.0$/);
    assert.match((await run(['plan', ...flags], { env })).out, /^nothing to do/m);
  });

  test('an object that appears meanwhile stops the run too', async () => {
    const budget: K8sObject = {
      apiVersion: 'policy/v1beta1',
      kind: 'PodDisruptionBudget',
      metadata: { namespace: ISTIO_SYSTEM, name: 'istio-sidecar-injector' },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'other' } } },
    };
    const create = async () => {
      await cluster.create(budget);
      return 'yes';
    };
    const { exit, err } = await run(['apply', ...flags], { env, answer: create });
    assert.equal(exit, 1);
    assert.match(
      err,
      /PodDisruptionBudget\.policy\/istio-system\/istio-sidecar-injector changed since the plan was made/,
    );
    assert.deepEqual(valueAt(await cluster.get(budget), 'spec', 'maxUnavailable'), 1);
  });

  test('a later run with other wishes for an object takes nothing of the first one back, and the other way round', async () => {
    assert.equal((await apply()).exit, 0);
    const upgraded = objectAt(valueAt(await cluster.get(MESH), 'data'));
    await carryOut(
      cluster,
      wishing({ ...MESH, data: { note: 'ours' }, metadata: { ...MESH.metadata, labels: { reviewed: 'yes' } } }),
      flags,
    );
    assert.deepEqual(objectAt(valueAt(await cluster.get(MESH), 'data')), { ...upgraded, note: 'ours' });
    assert.equal(valueAt(await cluster.get(MESH), 'metadata', 'labels', 'release'), 'istio');
    assert.match((await run(['plan', ...flags], { env })).out, /^nothing to do/m);
    await cluster.patch(MESH, 'merge', { data: { mesh: 'changed: yes\n' } }, { fieldManager: 'kubectl' });
    assert.equal((await apply()).exit, 0);
    const after = await cluster.get(MESH);
    assert.equal(valueAt(after, 'data', 'note'), 'ours', 'the manifest did not take it back');
    assert.equal(valueAt(after, 'metadata', 'labels', 'reviewed'), 'yes');
    assert.deepEqual(objectAt(valueAt(after, 'data')), { ...upgraded, note: 'ours' });
  });

  test('while pods do not become ready it says which, and why; the next run goes on once they do', async () => {
    kubelet.readiness = (pod) =>
      pod.metadata.name.startsWith('istio-pilot-') && imageOf(pod).endsWith(':1.2.0')
        ? { reason: 'ImagePullBackOff', message: 'Back-off pulling image' }
        : true;
    const failed = await run(['apply', ...flags, '--yes', '--timeout', '6s'], { env });
    assert.equal(failed.exit, 1);
    assert.match(
      failed.err,
      /waiting for Deployment\.apps\/istio-system\/istio-pilot: .*container discovery: ImagePullBackOff \(Back-off pulling image\)/,
    );
    assert.match(failed.err, /error: not ready within 6s\n +Deployment\.apps\/istio-system\/istio-pilot: /);
    kubelet.readiness = () => true;
    const finished = await apply();
    assert.equal(finished.exit, 0, finished.err);
    assert.match(finished.err, /verified/);
  });

  test('Ctrl-C finishes the change in flight, says where it stopped and ends with 130; the next run does the rest', async () => {
    const child = spawn(process.execPath, ['cmd/kubectl-istio_upgrade.ts', 'apply', ...flags, '--yes'], {
      cwd: ROOT,
      env: { ...process.env, XDG_STATE_HOME: STATE_HOME, ...env },
    });
    const ended = outcome(child);
    await eventually(async () => (ended.err().includes('updated') ? true : undefined), {
      what: 'the first update',
      interval: 5,
    });
    child.kill('SIGINT');
    assert.equal(await ended.code, 130, ended.err());
    assert.match(ended.err(), /error: interrupted (before|after) .*\nhint: {2}run the same command again/);
    assert.doesNotMatch(ended.err(), /verified/);
    const finished = await apply();
    assert.equal(finished.exit, 0, finished.err);
  });

  test('a replacement that was cut off after the deletion is finished with the scale that was running', async () => {
    const citadel: K8sObject = { ...PILOT, metadata: { ...PILOT.metadata, name: 'istio-citadel' } };
    await cluster.kubectl(['-n', ISTIO_SYSTEM, 'scale', 'deployment', 'istio-citadel', '--replicas=2']);
    await rolledOut(cluster, ISTIO_SYSTEM);
    await cluster.delete(citadel, { propagationPolicy: 'Orphan' });
    await eventually(async () => ((await cluster.get(citadel)) === undefined ? true : undefined), {
      what: 'the deletion',
    });
    // Two of Citadel are what a check would stop at, for a good reason; here they stand for any scale.
    const several = ['--ignore', 'several-citadels'];
    const planned = await run(['plan', ...flags, ...several], { env });
    assert.match(planned.out, /\+ create Deployment\.apps\/istio-system\/istio-citadel[^\n]*\n {2}stays at 2 replicas/);
    assert.equal((await apply(...several)).exit, 0);
    const live = await cluster.get(citadel);
    assert.equal(valueAt(live, 'spec', 'replicas'), 2);
    assert.match((await run(['plan', ...flags], { env })).out, /^nothing to do/m);
  });

  test('a custom resource whose definition comes with the same plan is predicted in memory, and created after it', async () => {
    const policy: K8sObject = {
      apiVersion: 'rbac.istio.io/v1alpha1',
      kind: 'AuthorizationPolicy',
      metadata: { namespace: ISTIO_SYSTEM, name: 'nobody' },
      spec: { workload_selector: { labels: { app: 'none' } } },
    };
    const file = join(cluster.directory, 'policy.json');
    writeFileSync(file, JSON.stringify(policy));
    const { exit, out, err } = await apply('-f', file);
    assert.equal(exit, 0, err);
    assert.match(out, /create +AuthorizationPolicy\.rbac\.istio\.io\/istio-system\/nobody .*predicted in memory/);
    assert.deepEqual(valueAt(await cluster.get(policy), 'spec'), policy.spec);
  });

  test('who may only read plans in memory, and is told; applying is blocked before the first write', async () => {
    await cluster.grant('reader', [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]);
    const reading = { KUBECONFIG: cluster.kubeconfig('reader') };
    const planned = await run(['plan', ...flags], { env: reading });
    assert.equal(planned.exit, 0, planned.err);
    assert.match(planned.out, /predicted in memory/);
    assert.match(
      planned.out,
      /^warning: you may not create, patch,(?: update,)? delete Deployment\.apps in istio-system: .*and \d+ more \[may-not-write\]\n {2}hint: .* kubectl auth can-i create deployments\.apps -n istio-system$/m,
    );
    const before = JSON.stringify(await cluster.list('v1', 'ConfigMap', ISTIO_SYSTEM));
    const applied = await run(['apply', ...flags, '--yes'], { env: reading });
    assert.equal(applied.exit, 3);
    assert.match(applied.out, /^blocker: you may not patch.* ConfigMap in istio-system: /m);
    assert.equal(JSON.stringify(await cluster.list('v1', 'ConfigMap', ISTIO_SYSTEM)), before);
  });

  test("a reader's plan in memory shows what the server's dry-runs show", async () => {
    await cluster.grant('reader', [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]);
    const [mine, theirs] = await Promise.all(
      (['admin', 'reader'] as const).map(async (user) => {
        const { out } = await run(['plan', ...flags, '-o', 'json'], { env: { KUBECONFIG: cluster.kubeconfig(user) } });
        return JSON.parse(out).changes.map(({ object, op, after }: Record<string, unknown>) => ({ object, op, after }));
      }),
    );
    assert.deepEqual(theirs, mine);
  });

  test('who may write roles and does not hold what they grant is told so, and which right would help', async () => {
    const rest = ['configmaps', 'services', 'serviceaccounts', 'pods', 'endpoints', 'namespaces', 'secrets', 'nodes'];
    const groups = ['apps', 'policy', 'batch', 'autoscaling', 'rbac.authorization.k8s.io', 'apiextensions.k8s.io'];
    const more = ['admissionregistration.k8s.io', 'networking.k8s.io', 'config.istio.io', 'networking.istio.io'];
    const apiGroups = [...groups, ...more, 'authentication.istio.io', 'rbac.istio.io'];
    const verbs = ['get', 'list', 'create', 'patch', 'update', 'delete'];
    await cluster.grant('dave', [
      { apiGroups: [''], resources: rest, verbs },
      { apiGroups, resources: ['*'], verbs },
    ]);
    const { exit, out } = await run(['plan', ...flags], { env: { KUBECONFIG: cluster.kubeconfig('dave') } });
    assert.equal(exit, 0);
    assert.match(
      out,
      /^warning: .*ClusterRole\.rbac\.authorization\.k8s\.io\/istio-citadel-istio-system: .*attempting to grant RBAC permissions not currently held:[\s\S]*?\[may-not-write\]\n {2}hint: hold what it grants yourself, or get the right to escalate clusterroles\.rbac\.authorization\.k8s\.io istio-citadel-istio-system$/m,
    );
    assert.doesNotMatch(out, /you may not (create|patch|update|delete)/);
  });

  test('an object that may not be read is named, the others are planned all the same, and nothing is written', async () => {
    const readable = { verbs: ['get', 'list'], apiGroups: ['*'] };
    await cluster.grant('alice', [
      {
        ...readable,
        apiGroups: [
          'apps',
          'policy',
          'batch',
          'autoscaling',
          'rbac.authorization.k8s.io',
          'apiextensions.k8s.io',
          'admissionregistration.k8s.io',
          'networking.k8s.io',
        ],
        resources: ['*'],
      },
      {
        ...readable,
        apiGroups: ['config.istio.io', 'networking.istio.io', 'authentication.istio.io', 'rbac.istio.io'],
        resources: ['*'],
      },
      { ...readable, apiGroups: [''], resources: ['services', 'serviceaccounts', 'pods', 'events'] },
    ]);
    const { out, exit } = await run(['plan', ...flags], { env: { KUBECONFIG: cluster.kubeconfig('alice') } });
    assert.match(out, /blocker: .*ConfigMap\/istio-system\/istio\b.*User "alice" cannot get/);
    assert.match(out, /Service\/istio-system\/istio-pilot/);
    assert.equal(exit, 3);
  });

  test('a token that is not valid is one clear line', async () => {
    const { exit, err } = await run(
      ['plan', ...flags, '--token', 'expired', '--server', cluster.url, '--insecure-skip-tls-verify'],
      {},
    );
    assert.equal(exit, 1);
    assert.match(err, /^error: .*nauthorized.*\nhint: {2}.*\n$/);
  });

  test('the real kubectl runs the plugin, with its exit code passed through', async () => {
    const folder = join(cluster.directory, 'plugins');
    const script = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'cmd/kubectl-istio_upgrade.ts')}" "$@"\n`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'kubectl-istio_upgrade'), script, { mode: 0o755 });
    const surroundings = { ...process.env, PATH: `${folder}:${process.env.PATH}`, ...env };
    const child = spawn(
      programPath('kubectl'),
      ['istio-upgrade', 'plan', ...flags, '--detailed-exitcode', '-o', 'name'],
      { env: surroundings },
    );
    const ended = outcome(child);
    assert.equal(await ended.code, 5, ended.err());
    assert.match(ended.out(), /^Deployment\.apps\/istio-system\/istio-pilot$/m);
  });
});

function imageOf(object: K8sObject | undefined): string {
  const spec = valueAt(object, 'spec', 'template', 'spec') ?? valueAt(object, 'spec');
  return `${valueAt(listAt(valueAt(spec, 'containers'))[0], 'image')}`;
}

/** A hop with one rule, which wants these fields of somebody's object. */
function wishing(object: K8sObject): Hop {
  const [first] = HOPS;
  assert.ok(first);
  const because = { rule: 'test', why: 'a test wants it', docs: 'https://example.org' };
  const rule = {
    id: 'test',
    docs: because.docs,
    phase: 'config' as const,
    apply: () => ({
      wishes: [{ want: 'fields' as const, object, because, phase: 'config' as const, stage: 'write' as const }],
    }),
  };
  return { ...first, rules: [rule] };
}

async function carryOut(cluster: TestCluster, hop: Hop, flags: readonly string[]): Promise<void> {
  const documents = await readManifests(
    flags.filter((flag) => flag !== '-f'),
    (async function* () {})(),
  );
  const objects = documents.flatMap(({ object, source }) =>
    'kind' in object ? [{ object: objectAt(object), source }] : [],
  );
  const target = { objects: objects.flatMap(({ object, source }) => (isWhole(object) ? [{ object, source }] : [])) };
  const api = await connect({}, { env: { KUBECONFIG: cluster.kubeconfig() }, clock: systemClock, version: 'test' });
  try {
    const plan = await makePlan(
      {
        target,
        istioNamespace: ISTIO_SYSTEM,
        phases: DEFAULT_PHASES,
        prune: false,
        removeAnnotations: false,
        willWrite: true,
        ignored: [],
        isTaken: () => false,
      },
      api,
      [hop],
    );
    for await (const _event of runPlan(plan, { cluster: api, clock: systemClock, timeout: 60_000 }));
  } finally {
    await api.close();
  }
}

function isWhole(object: object): object is K8sObject {
  return 'metadata' in object;
}

function outcome(child: ChildProcessWithoutNullStreams) {
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out: () => out, err: () => err };
}
