import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LEASES, leaseRef } from '../../src/app/lease.ts';
import { apiCluster } from '../../src/cluster/api-cluster.ts';
import { isObject, type Json, listAt, valueAt } from '../../src/core/json.ts';
import { type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { clusterOf } from '../app/in-memory.ts';
import { ROOT, run } from '../cli/run.ts';
import { clientOptions, connectionTo, listen } from '../cluster-edge/api-server.ts';
import { type Answer, type Middle, readCall, serveMemory } from '../faults/http-face.ts';
import { stateOf } from '../faults/runs.ts';
import { type Counts, FAULTS, shaky } from '../faults/shaky.ts';
import { clusterTests } from './harness/binaries.ts';
import { applyClientSide } from './harness/client-side-apply.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import type { SavedState } from './harness/etcd.ts';
import { writeKubeconfig } from './harness/kubeconfig.ts';
import { type StandInKubelet, standInKubelet } from './harness/kubelet.ts';
import { rolledOut } from './harness/rollout.ts';
import { smallIstio } from './harness/small-istio.ts';
import { tokenOf } from './harness/users.ts';
import { eventually } from './harness/waiting.ts';

const SEEDS = 5;
const OUTAGE = 20_000;
const MANY = 80;
const LEASE: K8sObject = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'istio-system', name: 'istio-upgrade' },
};
const KUBE_SYSTEM: K8sObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } };
const RULE: K8sObject = {
  apiVersion: 'example.org/v1',
  kind: 'Rule',
  metadata: { namespace: 'istio-system', name: 'rule' },
  spec: { text: 'new' },
};
const RULES: K8sObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rules.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { kind: 'Rule', plural: 'rules' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
/** Written by controllers whenever they come to it. */
const CONTROLLERS = ['kube-controller-manager', 'kubelet'];

clusterTests('faults on a real API server', () => {
  let cluster: TestCluster;
  let kubelet: StandInKubelet;
  let old: SavedState;
  let upgraded: SavedState;
  let undisturbed: Readonly<Record<string, string>>;
  let target: string;
  const objects = smallIstio('1.2.10').filter(({ kind }) => kind !== 'Namespace');

  before(async () => {
    cluster = await startControlPlane();
    kubelet = await standInKubelet(cluster);
    const [namespace, ...installed] = smallIstio('1.1.17');
    assert.ok(namespace);
    await cluster.create(namespace);
    for (const object of installed) await applyClientSide(cluster, object);
    await rolledOut(cluster, 'istio-system');
    old = await cluster.saveState();
    target = fileOf('istio-1.2.json', objects);
    const { exit, err } = await apply();
    assert.equal(exit, 0, err);
    undisturbed = await state();
    upgraded = await cluster.saveState();
  });
  after(() => cluster?.stop());

  function fileOf(name: string, items: readonly K8sObject[]): string {
    const file = join(cluster.directory, name);
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    return file;
  }

  const apply = (kubeconfig = cluster.kubeconfig(), file = target) =>
    run(['apply', '-f', file, '--yes', '--settle', '0s'], { env: { KUBECONFIG: kubeconfig } });

  async function state(): Promise<Readonly<Record<string, string>>> {
    const live = await Promise.all(objects.map((object) => cluster.get(object)));
    return stateOf(live.flatMap((object) => (object === undefined ? [] : [withoutControllers(object)])));
  }

  /** A proxy in front of the server that does to requests what `middle` says. @returns a kubeconfig that leads to it */
  async function through(t: TestContext, name: string, middle: Middle): Promise<string> {
    const server = http.createServer(async (request, response) => {
      const call = await readCall(request);
      const { accept = '' } = request.headers;
      const forward = async (): Promise<Answer> => {
        const body: Json | undefined = call.body === '' ? undefined : JSON.parse(call.body);
        const path = `${call.url.pathname}${call.url.search}`;
        const { contentType } = call;
        return cluster.request(call.method, path, body, { contentType, headers: { Accept: accept } });
      };
      await middle(call, forward, response);
    });
    const url = `http://127.0.0.1:${await listen(t, server)}`;
    return writeKubeconfig(cluster.directory, {
      server: url,
      caData: '',
      name,
      credentials: { token: tokenOf('admin') },
    });
  }

  test(`a proxy that spoils a tenth of all requests: ${SEEDS} seeds end in the undisturbed state`, async (t) => {
    const counts: Counts = new Map();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      await cluster.restoreState(old);
      const kubeconfig = await through(t, `shaky-${seed}`, shaky(seed, counts));
      const { exit, err } = await apply(kubeconfig);
      assert.equal(exit, 0, `seed ${seed}: ${err}`);
      assert.deepEqual(await state(), undisturbed, `seed ${seed}`);
    }
    t.diagnostic('FAULT       MADE');
    for (const fault of FAULTS) t.diagnostic(`${fault.padEnd(10)}  ${counts.get(fault) ?? 0}`);
    t.diagnostic(`${SEEDS} of ${SEEDS} seeds ended in the undisturbed state in one run`);
  });

  test('etcd is compacted between the pages of a list: every object comes, and once', async (t) => {
    const data = { text: 'x' };
    const many = Array.from({ length: 700 }, (_, index) => configMap(`page-${index}`, data));
    await Promise.all(many.map((object) => cluster.create(object)));
    let compacted = 0;
    let expired = 0;
    const kubeconfig = through(t, 'compacting', async ({ url }, answer, response) => {
      if (url.searchParams.has('continue') && compacted === 0) {
        compacted += 1;
        await cluster.create(configMap('another-revision', data));
        await cluster.compact();
        // The server looks at what etcd still has when it reads.
      }
      const given = await answer();
      if (given.status === 410) expired += 1;
      response.writeHead(given.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(given.body));
    });
    const config = JSON.parse(readFileSync(await kubeconfig, 'utf8'));
    const face = apiCluster(connectionTo(config.clusters[0].cluster.server), clientOptions());
    const resource = { ...LEASES, group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps' };
    const names: string[] = [];
    for await (const { metadata } of face.list(resource, { namespace: 'istio-system' })) names.push(metadata.name);
    await face.close();
    assert.deepEqual([compacted, expired], [1, 1], 'the list expired in the middle');
    assert.equal(new Set(names).size, names.length);
    assert.equal(names.filter((name) => name.startsWith('page-')).length, many.length);
    t.diagnostic(`${names.length} objects in pages, the second page expired with 410: each came once`);
  });

  test('statuses that change all the time disturb nothing', async (t) => {
    await cluster.restoreState(old);
    const deployments = await cluster.list('apps/v1', 'Deployment', 'istio-system');
    let isOver = false;
    let changes = 0;
    const noise = async (): Promise<void> => {
      while (!isOver) {
        changes += 1;
        const conditions = [{ type: 'Noise', status: 'True', message: `${changes}` }];
        await Promise.all(
          deployments.map((one) =>
            cluster.patch(one, 'strategic-merge', { status: { conditions } }, { subresource: 'status' }),
          ),
        );
        // Several tens of times a second, far more than any controller does, and not without a gap to write in.
        await sleep(20);
      }
    };
    const making = noise();
    const { exit, out, err } = await apply();
    isOver = true;
    await making;
    assert.equal(exit, 0, out + err);
    assert.ok(changes > 20, `${changes}`);
    assert.deepEqual(await state(), undisturbed);
    t.diagnostic(`the status of each Deployment changed ${changes} times during the run: it ended as always`);
  });

  test('a saved plan is applied to its own cluster only, and only while everything is as it was', async (t) => {
    await cluster.restoreState(old);
    const env = { KUBECONFIG: cluster.kubeconfig() };
    const file = join(cluster.directory, 'upgrade.plan');
    const applySaved = (kubeconfig: string) =>
      run(['apply', file, '--yes', '--settle', '0s'], { env: { KUBECONFIG: kubeconfig } });
    const planned = await run(['plan', '-f', target, '--out', file], { env });
    assert.equal(planned.exit, 0, planned.err);

    const stranger = clusterOf({ ...KUBE_SYSTEM, metadata: { ...KUBE_SYSTEM.metadata, uid: 'another' } });
    const url = await serveMemory(t, stranger);
    const elsewhere = writeKubeconfig(cluster.directory, {
      server: url,
      caData: '',
      name: 'stranger',
      credentials: {},
    });
    const misled = await applySaved(elsewhere);
    assert.equal(misled.exit, 3);
    assert.match(misled.err, /the plan is for cluster [0-9a-f-]{36} \(https:.*\), and this is cluster another \(http:/);

    const pilot = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'istio-pilot');
    assert.ok(pilot);
    await cluster.patch(pilot, 'merge', { metadata: { labels: { somebody: 'was-here' } } });
    const refused = await applySaved(env.KUBECONFIG);
    assert.equal(refused.exit, 3, refused.err);
    assert.match(refused.err, /^\+.*somebody: was-here$/m);
    assert.match(refused.err, /Deployment\.apps\/istio-system\/istio-pilot changed since the plan was saved/);
    assert.ok(!(await isTouched()), 'nothing was written');

    await cluster.restoreState(old);
    const { exit, err } = await applySaved(env.KUBECONFIG);
    assert.equal(exit, 0, err);
    assert.deepEqual(await state(), undisturbed);
    t.diagnostic('a saved plan: refused for another cluster and for an object that moved, then applied');
  });

  test('two applies at once: one works, the other one is refused, and the lease is free in the end', async (t) => {
    await cluster.restoreState(old);
    kubelet.readiness = () => false;
    const both = [apply(), apply()];
    await eventually(async () => ((await holder()) === '' ? undefined : true), {
      what: 'one of them to hold the lease',
    });
    // Long enough for a renewal.
    await sleep(13_000);
    kubelet.readiness = () => true;
    const ran = await Promise.all(both);
    assert.deepEqual(ran.map(({ exit }) => exit).sort(), [0, 3], ran.map(({ err }) => err).join('\n---\n'));
    const refused = ran.find(({ exit }) => exit === 3);
    assert.match(
      refused?.err ?? '',
      /error: nothing was written: another run, \S+@\S+ \d+\/[0-9a-f]{8}, holds Lease\.coordination\.k8s\.io\/istio-system\/istio-upgrade since 20\S+Z, and is alive/,
    );
    assert.equal(await holder(), '');
    assert.deepEqual(await state(), undisturbed);
    t.diagnostic('two applies at once: one done, one refused with exit code 3');
  });

  test('a run that is interrupted, or stopped by an error, gives the lease back', async () => {
    await cluster.restoreState(old);
    const env = { KUBECONFIG: cluster.kubeconfig() };
    const argv = ['apply', '-f', target, '--yes', '--settle', '0s'];
    const interrupted = await run(argv, { env, interrupted: AbortSignal.abort() });
    assert.equal(interrupted.exit, 130, interrupted.err);
    assert.notEqual(await cluster.get(LEASE), undefined, 'it was taken');
    assert.equal(await holder(), '');
    kubelet.readiness = () => false;
    const failed = await run([...argv, '--timeout', '1s'], { env });
    kubelet.readiness = () => true;
    assert.equal(failed.exit, 1, failed.err);
    assert.equal(await holder(), '');
  });

  test('the holder of the lease is killed: the next run takes it over when it has expired, and finishes', async (t) => {
    await cluster.restoreState(old);
    kubelet.readiness = () => false;
    const argv = ['cmd/kubectl-istio_upgrade.ts', 'apply', '-f', target, '--yes', '--settle', '0s'];
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfig() };
    const child = spawn(process.execPath, argv, { cwd: ROOT, stdio: 'ignore', env });
    await eventually(async () => ((await isTouched()) ? true : undefined), { what: 'the first writes' });
    const dead = await holder();
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.notEqual(dead, '');
    kubelet.readiness = () => true;
    const began = Date.now();
    const { exit, err } = await apply();
    const took = Date.now() - began;
    assert.equal(exit, 0, err);
    assert.match(err, /is held by .* since .*: looking whether that run is alive, for up to 30s/);
    assert.ok(took >= 30_000, `${took}`);
    assert.deepEqual(await state(), undisturbed);
    t.diagnostic(`killed by SIGKILL: taken over ${Math.round(took / 1000)} s after the next run began, and finished`);
  });

  test('without the right to write leases a plan warns, a run is blocked, and with --ignore no-lease it works', async () => {
    await cluster.restoreState(old);
    const everything = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
    const groups = ['', 'apps', 'apiextensions.k8s.io', 'admissionregistration.k8s.io'];
    const most = { apiGroups: groups, resources: ['*'], verbs: everything };
    await cluster.grant('applier', [most, { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]);
    const env = { KUBECONFIG: cluster.kubeconfig('applier') };
    const flags = ['-f', target, '--settle', '0s', '--yes'];
    const planned = await run(['plan', '-f', target], { env });
    assert.equal(planned.exit, 0, planned.err);
    assert.match(planned.out, /warning: nothing can keep a second run away: .*applier.*leases/);
    const blocked = await run(['apply', ...flags], { env });
    assert.equal(blocked.exit, 3);
    assert.match(blocked.out, /blocker: nothing can keep a second run away/);
    const { exit, err } = await run(['apply', ...flags, '--ignore', 'no-lease'], { env });
    assert.equal(exit, 0, err);
    await cluster.restoreState(old);
    const all = { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] };
    const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] };
    for (const rule of [all, most, leases]) await cluster.grant('alice', [rule]);
    const allowed = await run(['apply', ...flags], { env: { KUBECONFIG: cluster.kubeconfig('alice') } });
    assert.equal(allowed.exit, 0, allowed.err);
    assert.equal(await holder(), '', 'get, create and update are all that it takes');
  });

  test(`the API server is stopped for ${OUTAGE / 1000} s in the middle of the writes and comes back: the run goes on`, async (t) => {
    await cluster.restoreState(upgraded);
    kubelet.stop();
    await cluster.create(RULES);
    await eventually(async () => ((await cluster.serves('example.org/v1', 'Rule')) ? true : undefined), {
      what: 'rules',
    });
    // Not one of those whom a server that starts knows before it has read its roles.
    await cluster.grant('bob', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
    await cluster.grant('bob', [{ nonResourceURLs: ['*'], verbs: ['get'] }]);
    const many = Array.from({ length: MANY }, (_, index) => ({
      ...RULE,
      metadata: { ...RULE.metadata, name: `many-${index}` },
    }));
    const file = fileOf('many.json', [...objects, ...many]);
    const running = apply(cluster.kubeconfig('bob'), file);
    const written = async () => (await cluster.list('example.org/v1', 'Rule', 'istio-system')).length;
    const atFirst = await eventually(async () => (await written()) || undefined, {
      what: 'the first writes',
      interval: 5,
    });
    await cluster.stopServer();
    await sleep(OUTAGE);
    await cluster.startServer();
    const { exit, err } = await running;
    assert.ok(atFirst < MANY, `stopped too late: ${atFirst}`);
    assert.equal(exit, 0, err);
    assert.equal(await written(), MANY);
    assert.equal(await holder(), '');
    t.diagnostic(
      `stopped for ${OUTAGE / 1000} s after at least ${atFirst} of ${MANY} writes: all done in the same run`,
    );
  });

  async function holder(): Promise<string> {
    return `${valueAt(await cluster.get(LEASE), 'spec', 'holderIdentity') ?? ''}`;
  }

  async function isTouched(): Promise<boolean> {
    const live = await cluster.list('apps/v1', 'Deployment', 'istio-system');
    return live.some(({ spec }) => JSON.stringify(spec).includes(':1.2.10'));
  }
});

function configMap(name: string, data: Readonly<Record<string, string>>): K8sObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'istio-system', name }, data };
}

function withoutControllers(object: K8sObject): K8sObject {
  const managedFields = listAt(object.metadata.managedFields).filter(
    (entry) => !CONTROLLERS.includes(`${valueAt(entry, 'manager')}`) && !isAboutStatus(valueAt(entry, 'fieldsV1')),
  );
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

function isAboutStatus(fields: Json | undefined): boolean {
  return isObject(fields) && Object.keys(fields).every((key) => key === 'f:status');
}

test('the lease of these tests is the one that the program takes', () => {
  assert.equal(refText(refOf(LEASE)), refText(leaseRef('istio-system')));
});
