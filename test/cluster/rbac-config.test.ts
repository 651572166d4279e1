import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { type JsonObject, stringAt, valueAt } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { ROOT, run, STATE_HOME } from '../cli/run.ts';
import { deployment, object } from '../objects.ts';
import { clusterTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { forgetLease } from './harness/forget-lease.ts';
import { startGalley } from './harness/galley.ts';
import { eventually } from './harness/waiting.ts';
import { watchObjects } from './harness/watch.ts';

const API = 'rbac.istio.io/v1alpha1';
const SPEC = { mode: 'ON_WITH_INCLUSION', inclusion: { namespaces: ['shop'] } };
const OLD = object(API, 'RbacConfig', 'shop/default', { metadata: { labels: { team: 'security' } }, spec: SPEC });
const NEW = object(API, 'ClusterRbacConfig', 'default');

clusterTests('RbacConfig to ClusterRbacConfig', () => {
  let cluster: TestCluster;
  let flags: readonly string[];
  let env: Record<string, string>;
  let refusal: string | undefined;
  before(async () => {
    cluster = await startControlPlane();
    for (const name of ['istio-system', 'shop']) await cluster.create(object('v1', 'Namespace', name));
    await define('RbacConfig', API, 'Namespaced');
    await define('ClusterRbacConfig', API, 'Cluster');
    await define('DestinationRule', 'networking.istio.io/v1alpha3', 'Namespaced');
    await cluster.create(deployment('istio-system/istio-pilot'));
    const validate = ({ object: { kind } }: { object: JsonObject }) =>
      kind === 'ClusterRbacConfig' ? refusal : undefined;
    await (await startGalley(cluster, { validate })).register();
    const file = join(cluster.directory, 'istio-1.2.json');
    const target = deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10' });
    writeFileSync(file, JSON.stringify(target));
    flags = ['-f', file, '--phase', 'config'];
    env = { KUBECONFIG: cluster.kubeconfig() };
  });
  beforeEach(async () => {
    refusal = undefined;
    for (const kind of ['RbacConfig', 'ClusterRbacConfig'])
      for (const one of await cluster.list(API, kind)) await cluster.delete({ ...one, apiVersion: API, kind });
    await cluster.create(OLD);
  });
  after(() => cluster?.stop());

  const plan = () => run(['plan', ...flags], { env });
  const apply = (...more: readonly string[]) => run(['apply', ...flags, '--yes', '--settle', '0', ...more], { env });
  const specOf = async (one: K8sObject) => valueAt(await cluster.get(one), 'spec');
  const created = () => eventually(async () => await cluster.get(NEW), { what: 'the ClusterRbacConfig', interval: 5 });
  const edit = (one: K8sObject) => cluster.patch(one, 'merge', { spec: { mode: 'ON' } }, { fieldManager: 'somebody' });
  /** A run that pauses before the deletion for longer than what is done to it meanwhile takes. */
  const during = async (meanwhile: () => Promise<unknown>) => {
    const running = apply('--settle', '1500ms');
    await created();
    await meanwhile();
    return running;
  };

  test('is carried over with its spec and labels; at no time is neither of the two there, and again is a no-op', async () => {
    const history = await watching(cluster);
    const { exit, out, err } = await apply('--settle', '200ms');
    assert.equal(exit, 0, err);
    assert.match(out, /create +ClusterRbacConfig\.rbac\.istio\.io\/default .*predicted in memory/);
    assert.match(err, /giving Pilot 200ms/);
    assert.equal(await cluster.get(OLD), undefined);
    assert.deepEqual(await specOf(NEW), SPEC);
    assert.deepEqual(valueAt(await cluster.get(NEW), 'metadata', 'labels'), { team: 'security' });
    assert.deepEqual(await history.end(), ['ADDED RbacConfig', 'ADDED ClusterRbacConfig', 'DELETED RbacConfig']);
    const again = await apply();
    assert.match(again.out, /^nothing to do/m);
    assert.equal(again.exit, 0);
    assert.deepEqual(await specOf(NEW), SPEC);
  });

  test('the old file applied again with kubectl comes back without effect, and the next run takes it away', async () => {
    assert.equal((await apply()).exit, 0);
    const ran = await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(OLD) });
    assert.equal(ran.code, 0, ran.stderr);
    assert.match((await plan()).out, /^- delete RbacConfig\.rbac\.istio\.io\/shop\/default/m);
    assert.equal((await apply()).exit, 0);
    assert.equal(await cluster.get(OLD), undefined);
    assert.deepEqual(await specOf(NEW), SPEC);
  });

  test('edited between plan and apply, nothing is written', async () => {
    const touch = async () => {
      await edit(OLD);
      return 'yes';
    };
    const { exit, err } = await run(['apply', ...flags, '--settle', '0'], { env, answer: touch });
    assert.equal(exit, 1);
    assert.match(
      err,
      /ClusterRbacConfig\.rbac\.istio\.io\/default is left as it is: RbacConfig.* is not as the plan shows/,
    );
    assert.equal(await cluster.get(NEW), undefined);
    assert.equal(valueAt(await specOf(OLD), 'mode'), 'ON');
  });

  test('edited before its deletion, it stays, and the next plan asks for a decision', async () => {
    const { exit, err } = await during(() => edit(OLD));
    assert.equal(exit, 1);
    assert.match(err, /error: RbacConfig\.rbac\.istio\.io\/shop\/default changed since the plan was made/);
    assert.equal(valueAt(await specOf(OLD), 'mode'), 'ON');
    const next = await plan();
    assert.match(next.out, /warning: RbacConfig.* has no effect: .*\[rbac-config-ignored\]/);
    assert.match(next.out, /^nothing to do/m);
  });

  test('it stays where the new object changed or went before the deletion', async () => {
    const changed = await during(() => edit(NEW));
    assert.equal(changed.exit, 1);
    assert.match(
      changed.err,
      /RbacConfig\.rbac\.istio\.io\/shop\/default is left as it is: ClusterRbacConfig.* is not as/,
    );
    assert.deepEqual(await specOf(OLD), SPEC);
    await cluster.delete(NEW);
    const gone = await during(() => cluster.delete(NEW));
    assert.equal(gone.exit, 1);
    assert.match(gone.err, /RbacConfig\.rbac\.istio\.io\/shop\/default is left as it is: ClusterRbacConfig.* is gone/);
    assert.deepEqual(await specOf(OLD), SPEC);
    assert.equal((await apply()).exit, 0, 'a new plan takes it from there');
    assert.deepEqual(await specOf(NEW), SPEC);
  });

  test('what Galley refuses leaves everything as it is', async () => {
    refusal = 'configuration is invalid';
    const { exit, err } = await apply();
    assert.equal(exit, 1);
    assert.match(err, /configuration is invalid/);
    assert.deepEqual([await cluster.get(NEW), await specOf(OLD)], [undefined, SPEC]);
  });

  test('killed between the two writes, the next run ends in the same state', async () => {
    const history = await watching(cluster);
    const argv = ['cmd/kubectl-istio_upgrade.ts', 'apply', ...flags, '--yes', '--settle', '60s'];
    const child = spawn(process.execPath, argv, {
      cwd: ROOT,
      env: { ...process.env, XDG_STATE_HOME: STATE_HOME, ...env },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await created();
    child.kill('SIGKILL');
    await ended;
    await forgetLease(cluster);
    assert.deepEqual(await specOf(OLD), SPEC);
    const { exit, out, err } = await apply('--settle', '100ms');
    assert.equal(exit, 0, err);
    assert.match(out, /plan: 0 to create, 0 to update, 0 to replace, 1 to delete/);
    assert.match(err, /giving Pilot 100ms/, 'the new object may be a moment old');
    assert.deepEqual([await cluster.get(OLD), await specOf(NEW)], [undefined, SPEC]);
    assert.deepEqual(await history.end(), ['ADDED RbacConfig', 'ADDED ClusterRbacConfig', 'DELETED RbacConfig']);
  });

  test('Ctrl-C during the pause ends it at once, with the old object in place', async () => {
    const interruption = new AbortController();
    const argv = ['apply', ...flags, '--yes', '--settle', '60s'];
    const running = run(argv, { env, interrupted: interruption.signal });
    await created();
    interruption.abort();
    const { exit, err } = await running;
    assert.equal(exit, 130, err);
    // The pause may not have begun yet.
    assert.match(
      err,
      /interrupted (before RbacConfig\.rbac\.istio\.io\/shop\/default|in phase config): 1 of 2 changes are done/,
    );
    assert.deepEqual(await specOf(OLD), SPEC);
  });

  test('who may not list them everywhere is told, and nothing is planned past it', async () => {
    await cluster.grant('alice', [
      { apiGroups: ['apps', '', 'admissionregistration.k8s.io'], resources: ['*'], verbs: ['get', 'list'] },
      { apiGroups: ['rbac.istio.io'], resources: ['rbacconfigs'], verbs: ['get', 'list'] },
    ]);
    const { exit, out } = await run(['plan', ...flags], { env: { KUBECONFIG: cluster.kubeconfig('alice') } });
    assert.equal(exit, 3);
    assert.match(out, /blocker: .*cannot list resource "clusterrbacconfigs".*\[may-not-list\]/);
  });

  async function define(kind: string, apiVersion: string, scope: string): Promise<void> {
    const [group = '', version = ''] = apiVersion.split('/');
    const plural = `${kind.toLowerCase()}s`;
    const spec = {
      group,
      version,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
    };
    await cluster.create(
      object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', `${plural}.${group}`, { spec }),
    );
    await eventually(async () => ((await cluster.serves(apiVersion, kind)) ? true : undefined), { what: kind });
  }
});

/** Follows both kinds from now on; `end` gives what happened, in the order in which the server wrote it. */
async function watching(cluster: TestCluster): Promise<{ end(): Promise<readonly string[]> }> {
  const seen: { readonly version: number; readonly text: string }[] = [];
  const watches = ['rbacconfigs', 'clusterrbacconfigs'].map((resource) =>
    watchObjects(cluster, `/apis/${API}/${resource}`, ({ type, object: { kind, metadata } }) => {
      seen.push({ version: Number(stringAt(metadata.resourceVersion)), text: `${type} ${kind}` });
    }),
  );
  for (const { listed } of watches) await listed;
  const end = async () => {
    const deleted = async () => (seen.some(({ text }) => text.startsWith('DELETED')) ? true : undefined);
    await eventually(deleted, { what: 'the deletion' });
    for (const { stop } of watches) stop();
    return seen.sort((a, b) => a.version - b.version).map(({ text }) => text);
  };
  return { end };
}
