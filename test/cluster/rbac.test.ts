import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Ran } from '../cli/run.ts';
import { auditedRequests } from './harness/audit.ts';
import { istioTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { startGalley } from './harness/galley.ts';
import { grantsIn, unusedOf } from './harness/grants.ts';
import { standInKubelet } from './harness/kubelet.ts';
import { seedMigratedMesh } from './harness/migrated-mesh.ts';
import { forbiddenTo, giveRoles, runAs } from './harness/printed-roles.ts';
import { rolledOut } from './harness/rollout.ts';
import { ISTIO_SYSTEM } from './harness/seed.ts';
import type { User } from './harness/users.ts';
import { release12 } from './istio-1.2.ts';

const LIMITS = ['--yes', '--settle', '0', '--timeout', '90s', '--quiet'];

/** Rights that this upgrade and its way back need not use, or that no log shows, and what they are for. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^(bind|escalate) /, 'no request of their own: the server looks at them when a role or binding is written'],
  [/^(create|patch|update|delete) /, 'another mesh lacks an object, has fields that go, or has to have it taken back'],
  [/^get (replicasets\.apps|ingresses|logentries|jobs)/, 'before one that was left behind is deleted'],
  [
    /^list \w+\.(config|networking|rbac|authentication)\.istio\.io$/,
    'before a definition that a run brought is taken back',
  ],
  [/^list events in /, 'why a workload is not there yet'],
  [/^list replicationcontrollers$/, 'whose pods they are'],
  [/^get services\/proxy in /, "Pilot's version, where its image does not tell"],
];

istioTests('users who have nothing but the printed roles', () => {
  let cluster: TestCluster;
  let flags: readonly string[];
  let state: readonly string[];
  before(async () => {
    cluster = await startControlPlane({ isAudited: true });
    await standInKubelet(cluster);
    await seedMigratedMesh(cluster);
    await (await startGalley(cluster)).register();
    await rolledOut(cluster, ISTIO_SYSTEM);
    flags = release12('control-plane.yaml').flags;
    state = ['--state-dir', join(cluster.directory, 'state')];
  });
  after(() => cluster?.stop());

  const as = (user: User, argv: readonly string[]): Promise<Ran> => runAs(cluster, user, argv);
  const forbidden = (user: User): readonly string[] => forbiddenTo(cluster, user);
  const give = (user: User, words: readonly string[], change?: (text: string) => string): Promise<string> =>
    giveRoles(cluster, user, words, change);

  test('a server takes all that can be printed', async () => {
    const everything = ['--prune', '--secrets', '--subject', 'serviceaccount:ci:upgrade', '-n', 'bar', '--evict'];
    for (const words of [['status'], ['plan'], ['apply', ...flags, '--phase', 'data-plane', ...everything]]) {
      const { out } = await as('admin', ['rbac', ...words]);
      const tried = await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input: out });
      assert.equal(tried.code, 0, tried.stderr);
    }
  });

  test('the role of plan: check, plan and status end as for an administrator, and only Secrets and the lease are refused', async () => {
    await give('planner', ['plan', ...flags]);
    for (const argv of [
      ['check'],
      ['check', ...flags],
      ['plan'],
      ['plan', ...flags, '-o', 'name'],
      ['status', '-o', 'name'],
    ]) {
      const [wanted, found] = await Promise.all([as('admin', argv), as('planner', argv)]);
      assert.equal(found.exit, wanted.exit, found.err);
      if (argv.includes('name')) assert.equal(found.out, wanted.out, argv.join(' '));
    }
    const { out } = await as('planner', ['plan', ...flags, '--quiet']);
    assert.match(out, /^control-plane +update +Deployment\.apps\/istio-system\/istio-pilot .* predicted in memory/m);
    assert.match(out, /^note: .*Secrets.*whether Helm installed the control plane is unknown/m);
    assert.deepEqual(forbidden('planner'), [
      'create leases in istio-system',
      'get leases in istio-system',
      'list secrets',
      'list secrets in istio-system',
      'list secrets in kube-system',
      'update leases in istio-system',
    ]);
  });

  test('without the rights to escalate and to bind, what would give others more than one has is told', async () => {
    await give('bob', ['apply', ...flags], (text) => text.replaceAll(/\b(?:bind|escalate)\b/g, 'get'));
    const { out } = await as('bob', ['plan', ...flags, '--quiet']);
    const told = out.split('\n').filter((line) => line.startsWith('warning: '));
    for (const kind of ['ClusterRole', 'ClusterRoleBinding'])
      assert.match(
        told.join('\n'),
        new RegExp(`^warning: dry-run apply ${kind}\\.rbac\\.authorization\\.k8s\\.io/istio-.*forbidden`, 'm'),
      );
  });

  test('the role of apply: an upgrade and its way back, with nothing refused but Secrets, and hardly a right without use', async () => {
    const manifests = await give('applier', ['apply', ...flags, '--prune']);
    const { exit, err } = await as('applier', [
      'apply',
      ...flags,
      ...LIMITS,
      '--prune',
      '--allow-mtls-change',
      ...state,
    ]);
    assert.equal(exit, 0, err);
    const again = await as('applier', ['plan', ...flags, '--prune']);
    assert.match(again.out, /^nothing to do/m);
    await give('carol', ['apply', ...flags, '--prune'], (text) => text.replaceAll(/\bleases\b/g, 'leases/status'));
    const unlocked = await as('carol', ['rollback', ...LIMITS, ...state]);
    assert.match(unlocked.out, /^blocker: nothing can keep a second run away: .*leases/m, unlocked.err);
    assert.equal(unlocked.exit, 3);
    const asked = await as('carol', ['rollback', '--ignore', 'no-lease', '--quiet', ...state]);
    assert.match(asked.out, /^warning: ignored: nothing can keep a second run away/m);
    assert.match(asked.err, /there is a question to ask and no terminal to ask it on/);
    const back = await as('applier', ['rollback', ...LIMITS, ...state]);
    assert.equal(back.exit, 0, back.err + back.out);
    assert.deepEqual(forbidden('applier'), [
      'list secrets',
      'list secrets in istio-system',
      'list secrets in kube-system',
    ]);
    const unused = unusedOf(grantsIn(manifests), auditedRequests(cluster, 'applier'));
    assert.deepEqual(
      unused.filter((grant) => !REASONS.some(([pattern]) => pattern.test(grant))),
      [],
    );
  });
});
