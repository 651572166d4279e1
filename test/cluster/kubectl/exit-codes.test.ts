import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { valueAt } from '../../../src/core/json.ts';
import { serve } from '../../cluster-edge/api-server.ts';
import { object } from '../../objects.ts';
import type { TestCluster } from '../harness/cluster.ts';
import { startControlPlane } from '../harness/control-plane.ts';
import { type StandInKubelet, standInKubelet } from '../harness/kubelet.ts';
import { rolledOut } from '../harness/rollout.ts';
import { pluginTests } from './plugin.ts';
import { seedSmallMesh, smallTarget } from './small-mesh.ts';

const PILOT = object('apps/v1', 'Deployment', 'istio-system/istio-pilot');
const QUESTION = /Only "yes" is taken as yes: /;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

pluginTests('the exit code arrives through kubectl', (kubectls) => {
  let cluster: TestCluster;
  let kubelet: StandInKubelet;
  let target: readonly string[] = [];
  let blocked: readonly string[] = [];
  before(async () => {
    cluster = await startControlPlane();
    kubelet = await standInKubelet(cluster);
    await seedSmallMesh(cluster);
    await rolledOut(cluster, 'istio-system');
    target = ['-f', smallTarget(cluster, 'target.json'), '-q'];
    blocked = [
      '-f',
      smallTarget(cluster, 'blocked.json', object('absent.example/v1', 'Thing', 'istio-system/x')),
      '-q',
    ];
  });
  after(() => cluster?.stop());

  // Runs are kept in one place, whoever makes them.
  const admin = () => ({ KUBECONFIG: cluster.kubeconfig('admin'), XDG_STATE_HOME: cluster.directory });
  const image = async () => valueAt((await cluster.get(PILOT))?.spec, 'template', 'spec', 'containers', 0, 'image');
  const isUntouched = async () => assert.equal(await image(), 'docker.io/istio/pilot:1.1.17');

  for (const kubectl of kubectls) {
    const run = (words: string, flags: readonly string[], env: Readonly<Record<string, string>> = admin()) =>
      kubectl.run(['istio-upgrade', ...words.split(' '), ...flags], { env });
    const answered = (keys: string) => {
      const typed = { after: QUESTION, keys };
      return kubectl.onTerminal(['istio-upgrade', 'apply', ...target], { env: admin(), typed });
    };

    test(`${kubectl.name}: 0 where nothing blocks, 5 where there are changes and that is asked for`, async () => {
      const plan = await run('plan', target);
      assert.equal(plan.code, 0, plan.err);
      assert.match(plan.out, /plan: 0 to create, [1-9]\d* to update/);
      assert.equal((await run('plan --detailed-exitcode', target)).code, 5);
      assert.equal((await run('plan --detailed-exitcode --phase config', target)).code, 0);
      assert.equal((await run('check', target.slice(0, 2))).code, 0);
    });

    test(`${kubectl.name}: 1 where it failed, with what was refused to whom`, async () => {
      const { code, out, err } = await run('plan', target, { KUBECONFIG: cluster.kubeconfig('nobody') });
      assert.equal(code, 1);
      assert.match(err, /^error: list Deployment\.apps in istio-system: forbidden: User "nobody"/m);
      assert.equal(out, '');
    });

    test(`${kubectl.name}: 2 for a question that nobody can be asked; nothing is written`, async () => {
      const { code, err } = await run('apply', target);
      assert.equal(code, 2);
      assert.match(err, /^error: there is a question to ask and no terminal to ask it on\nhint: {2}.*--yes$/m);
      await isUntouched();
    });

    test(`${kubectl.name}: 3 for plan and apply alike where something blocks`, async () => {
      assert.equal((await run('plan', blocked)).code, 3);
      const { code, err } = await run('apply --yes', blocked);
      assert.equal(code, 3);
      assert.match(err, /Thing\.absent\.example/);
      await isUntouched();
    });

    test(`${kubectl.name}: 4 for any answer but yes, and for the end of the input`, async () => {
      for (const keys of ['y\r', CTRL_D]) {
        const { code, screen } = await answered(keys);
        assert.equal(code, 4, screen);
        assert.match(screen, /declined: nothing was written\n$/);
      }
      await isUntouched();
    });

    test(`${kubectl.name}: 130 for Ctrl-C at the question, and for a signal before it`, async (t) => {
      assert.equal((await answered(CTRL_C)).code, 130);
      const version = { gitVersion: 'v1.20.2' };
      const server = await serve(t, ({ path }) => (path === '/version' ? { body: version } : { silent: true }));
      const signal = { after: /GET .*version 200/, name: 'SIGTERM' } as const;
      const words = ['istio-upgrade', 'status', '-v=6', '--server', server.url];
      assert.equal((await kubectl.run(words, { signal })).code, 130);
      await isUntouched();
    });
  }

  test('130 for Ctrl-C while it writes, once the change in flight is done; the next run finishes: 0, and rollback: 0', {
    timeout: 240_000,
  }, async () => {
    const [old, recent] = kubectls;
    kubelet.readiness = (pod) => !JSON.stringify(pod.spec).includes('1.2.10');
    const apply = ['istio-upgrade', 'apply', '--yes', '--settle', '0', ...target.slice(0, 2)];
    const typed = { after: /waiting for/, keys: CTRL_C };
    const stopped = await old?.onTerminal(apply, { env: admin(), typed });
    assert.equal(stopped?.code, 130, stopped?.screen);
    assert.match(stopped?.screen ?? '', /interrupted: the change in flight is finished first/);
    kubelet.readiness = () => true;
    const finished = await recent?.run(apply, { env: admin() });
    assert.equal(finished?.code, 0, finished?.err);
    assert.equal(await image(), 'docker.io/istio/pilot:1.2.10');
    const undone = await old?.run(['istio-upgrade', 'rollback', '--yes', '--settle', '0'], { env: admin() });
    assert.equal(undone?.code, 0, undone?.err);
  });
});
