import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { type Json, type JsonObject, listAt, objectAt, valueAt } from '../../src/core/json.ts';
import { lastAppliedOf } from '../../src/core/last-applied.ts';
import { type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { leavesOf } from '../../src/fields/field-set.ts';
import { ownedBy } from '../../src/fields/managed-fields.ts';
import { readSnapshot } from '../../src/memory/snapshot-file.ts';
import { ROOT, run, STATE_HOME } from '../cli/run.ts';
import { deployment, object } from '../objects.ts';
import { bring, createNamespaces, decidingObjects, decisions, kubectl, takeOut } from './case-objects.ts';
import { istioTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { forgetLease } from './harness/forget-lease.ts';
import { startGalley } from './harness/galley.ts';
import { istioManifests } from './harness/istio-manifests.ts';
import { eventually } from './harness/waiting.ts';
import { lostOwners } from './owners.ts';

const CASES = join(ROOT, 'test/hops/1.1-to-1.2');
const FOLDERS = ['auth-annotations', 'excluded-services', 'rbac-config'];
const GROUPS = ['authentication.istio.io', 'networking.istio.io', 'rbac.istio.io'];
const RULE = object('networking.istio.io/v1alpha3', 'DestinationRule', 'bar/foo');
const POLICY = object('authentication.istio.io/v1alpha1', 'Policy', 'bar/two');
/** Cases with the one object of theirs that a file of the user's has. */
const OWN_FILES = [
  ['rule-with-port-entry', RULE],
  ['rule-with-subsets', RULE],
  ['policy-of-several-services', POLICY],
] as const;
const KILLED = [
  ['auth-annotations', 'policy-of-several-services'],
  ['auth-annotations', 'mutual-tls'],
  ['excluded-services', 'beside-a-rule'],
] as const;

istioTests('configuration of mutual TLS and access that is carried over', () => {
  let cluster: TestCluster;
  let flags: readonly string[];
  let env: Record<string, string>;
  before(async () => {
    cluster = await startControlPlane();
    const crds = istioManifests('control-plane.yaml').crds.filter(({ spec }) =>
      GROUPS.includes(`${objectAt(spec).group}`),
    );
    await Promise.all(crds.map((crd) => cluster.create(crd)));
    await Promise.all(crds.map((crd) => established(cluster, crd)));
    await createNamespaces(cluster, ['istio-system', 'bar', 'shop', 'bank']);
    await cluster.create(deployment('istio-system/istio-pilot'));
    const file = join(cluster.directory, 'istio-1.2.json');
    writeFileSync(
      file,
      JSON.stringify(deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10' })),
    );
    flags = ['-f', file, '--phase', 'config'];
    env = { KUBECONFIG: cluster.kubeconfig() };
  });
  afterEach(() => takeOut(cluster));
  after(() => cluster?.stop());

  const plan = (...more: readonly string[]) => run(['plan', ...flags, ...more], { env });
  const apply = (...more: readonly string[]) =>
    run(['apply', ...flags, '--yes', '--allow-mtls-change', '--settle', '0s', ...more], { env });

  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(CASES, folder))) {
      test(`${folder}/${name}: what kubectl applied is carried over, and its owners keep what is not touched`, async () => {
        const was = await bring(cluster, read(folder, name, 'before'), 'apply');
        const { exit, out, err } = await apply();
        assert.ok(exit === 0 || (exit === 3 && out.includes('blocker:')), err);
        const is = await decidingObjects(cluster);
        assert.deepEqual(decisions(is), decisions(read(folder, name, 'after')));
        assertOwners(was, is);
        assert.match((await plan()).out, exit === 0 ? /^nothing to do/m : /blocker:/);
        assert.deepEqual(await decidingObjects(cluster), is, 'a plan writes nothing');
      });
    }
  }

  for (const name of ['rule-with-subsets', 'policy-of-the-service', 'two-rules', 'private-rule'])
    test(`auth-annotations/${name}, created with kubectl create: the same, and kubectl keeps no record`, async () => {
      const was = await bring(cluster, read('auth-annotations', name, 'before'), 'create');
      assert.equal((await apply()).exit, 0);
      const is = await decidingObjects(cluster);
      assert.deepEqual(decisions(is), decisions(read('auth-annotations', name, 'after')));
      assertOwners(was, is);
      assert.deepEqual(
        is.filter((one) => lastAppliedOf(one)),
        [],
      );
      assert.match((await plan()).out, /^nothing to do/m);
    });

  test("what another manager applied besides stays that manager's, and is carried over all the same", async () => {
    await bring(cluster, read('auth-annotations', 'rule-with-subsets', 'before'), 'apply');
    await ssa({ trafficPolicy: { outlierDetection: { consecutiveErrors: 5 } } });
    const was = await decidingObjects(cluster);
    const { exit, err } = await apply();
    assert.equal(exit, 0, err);
    assertOwners(was, await decidingObjects(cluster));
    const rule = await cluster.get(RULE);
    const [entry] = listAt(valueAt(rule, 'spec', 'trafficPolicy', 'portLevelSettings'));
    assert.deepEqual(valueAt(entry, 'outlierDetection'), { consecutiveErrors: 5 });
    assert.deepEqual(leavesOf(ownedBy(rule ?? RULE, 'platform-team')), {
      'f:spec': { 'f:trafficPolicy': { 'f:outlierDetection': { 'f:consecutiveErrors': {} } } },
    });
    assert.match((await plan()).out, /^nothing to do/m);
  });

  test('a field of another living manager is a conflict with its owner: left alone with what rests on it, or taken', async () => {
    await bring(cluster, read('auth-annotations', 'rule-with-port-entry', 'before'), 'apply');
    const portLevelSettings = valueAt(await cluster.get(RULE), 'spec', 'trafficPolicy', 'portLevelSettings') ?? [];
    await ssa({ trafficPolicy: { portLevelSettings } }, '--force-conflicts');
    const was = await decidingObjects(cluster);
    const { exit, out, err } = await apply();
    assert.equal(exit, 0, err);
    assert.match(out, /portLevelSettings is owned by "platform-team"/);
    assert.doesNotMatch(out, /two sides do not fit/, 'no client is cut off');
    const refused = await decidingObjects(cluster);
    assert.deepEqual(decisions(refused), decisions(was));
    const taken = await apply(
      '--take',
      'DestinationRule.networking.istio.io/bar/foo:spec.trafficPolicy.portLevelSettings',
    );
    assert.equal(taken.exit, 0, taken.err);
    const is = await decidingObjects(cluster);
    assert.deepEqual(decisions(is), decisions(read('auth-annotations', 'rule-with-port-entry', 'after')));
    assertOwners(was, is);
    assert.match((await plan()).out, /^nothing to do/m);
  });

  test('another migration of the same rule and Policies takes nothing of the first one back', async () => {
    await bring(cluster, read('auth-annotations', 'rule-with-subsets', 'before'), 'apply');
    assert.equal((await apply()).exit, 0);
    const first = await decidingObjects(cluster);
    await kubectlRuns(['-n', 'bar', 'annotate', 'service', 'foo', 'auth.istio.io/80=NONE']);
    const second = await apply();
    assert.equal(second.exit, 0, second.err);
    assertOwners(first, await decidingObjects(cluster));
    const rule = await cluster.get(RULE);
    const ports = (entries: Json | undefined) => listAt(entries).map((one) => valueAt(one, 'port', 'number'));
    assert.deepEqual(ports(valueAt(rule, 'spec', 'trafficPolicy', 'portLevelSettings')), [8000, 80]);
    const [v1, v2] = listAt(valueAt(rule, 'spec', 'subsets'));
    assert.deepEqual(ports(valueAt(v1, 'trafficPolicy', 'portLevelSettings')), [8000, 80]);
    assert.deepEqual(v2, { name: 'v2', labels: { version: 'v2' } });
    for (const one of first.filter(({ kind }) => kind === 'Policy')) assert.deepEqual(await cluster.get(one), one);
    assert.deepEqual(
      (await cluster.list(POLICY.apiVersion, 'Policy', 'bar')).map(({ metadata }) => metadata.name),
      ['disable-mtls-foo-80', 'disable-mtls-foo-8000'],
    );
    assert.match((await plan()).out, /^nothing to do/m);
  });

  for (const [name, old] of OWN_FILES) {
    test(`auth-annotations/${name}: the old file, applied again, takes it back, and the next plan offers it again`, async () => {
      await bring(cluster, read('auth-annotations', name, 'before'), 'apply');
      const planned = await apply();
      assert.equal(planned.exit, 0, planned.err);
      assert.match(planned.out, /change the source .* too, before it is applied again/);
      await kubectl(cluster, ['apply', '-f', '-'], fileOf(name, 'before', old));
      const back = decisions(await decidingObjects(cluster));
      const key = refText(refOf(old));
      assert.deepEqual(back[key], decisions(read('auth-annotations', name, 'before'))[key]);
      assert.match((await plan()).out, new RegExp(`^~ update ${key.replaceAll('.', '\\.')} `, 'm'));
      const again = await apply();
      assert.equal(again.exit, 0, again.err);
      const is = decisions(await decidingObjects(cluster));
      assert.deepEqual(is, decisions(read('auth-annotations', name, 'after')));
    });

    test(`auth-annotations/${name}: the file changed as the plan says, applied with kubectl, changes nothing`, async () => {
      await bring(cluster, read('auth-annotations', name, 'before'), 'apply');
      assert.equal((await apply()).exit, 0);
      const was = await cluster.get(old);
      await kubectl(cluster, ['apply', '-f', '-'], fileOf(name, 'after', old));
      assert.deepEqual(await cluster.get(old), was);
      assert.match((await plan()).out, /^nothing to do/m);
    });
  }

  for (const [folder, name] of KILLED) {
    test(`${folder}/${name}: killed at any line of its progress, the next runs end in the same state`, async () => {
      for (let line = 1; ; line += 1) {
        const was = await bring(cluster, read(folder, name, 'before'), 'apply');
        const isKilled = await killedAt(line);
        const { exit, err } = await apply();
        assert.equal(exit, 0, err);
        const is = await decidingObjects(cluster);
        assert.deepEqual(decisions(is), decisions(read(folder, name, 'after')), `killed at line ${line}`);
        assertOwners(was, is);
        assert.match((await plan()).out, /^nothing to do/m);
        await takeOut(cluster);
        if (isKilled) continue;
        assert.ok(line > 3, `it was killed at ${line - 1} places`);
        return;
      }
    });
  }

  test("where Galley's webhook refuses dry-runs, what comes is predicted in memory and comes true", async () => {
    const was = await bring(cluster, read('auth-annotations', 'rule-with-subsets', 'before'), 'apply');
    const galley = await startGalley(cluster);
    await galley.register();
    const { exit, out, err } = await apply();
    assert.equal(exit, 0, err);
    assert.match(out, /update +DestinationRule\.networking\.istio\.io\/bar\/foo .*predicted in memory/);
    assert.match(out, /create +Policy\.authentication\.istio\.io\/bar\/disable-mtls-foo-8000 .*predicted in memory/);
    const is = await decidingObjects(cluster);
    assert.deepEqual(decisions(is), decisions(read('auth-annotations', 'rule-with-subsets', 'after')));
    assertOwners(was, is);
    assert.ok(galley.requests.some(({ object: asked, dryRun }) => asked.kind === 'Policy' && !dryRun));
    assert.match((await plan()).out, /^nothing to do/m);
  });

  /** Runs the program of its own and kills it when it prints that line of progress. @returns false when it ended before */
  async function killedAt(line: number): Promise<boolean> {
    const argv = [
      'cmd/kubectl-istio_upgrade.ts',
      'apply',
      ...flags,
      '--yes',
      '--allow-mtls-change',
      '--settle',
      '300ms',
    ];
    const child = spawn(process.execPath, argv, {
      cwd: ROOT,
      env: { ...process.env, XDG_STATE_HOME: STATE_HOME, ...env },
    });
    child.stdout.resume();
    let printed = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.split('\n').length > line) child.kill('SIGKILL');
    });
    const [code, signal] = await once(child, 'close');
    assert.ok(code === 0 || signal === 'SIGKILL', printed);
    await forgetLease(cluster);
    return signal === 'SIGKILL';
  }

  async function kubectlRuns(args: readonly string[]): Promise<void> {
    const { code, stderr } = await cluster.kubectl(args);
    assert.equal(code, 0, stderr);
  }

  /** Applies part of the rule's spec on the server, as another team does. */
  async function ssa(spec: JsonObject, ...more: readonly string[]): Promise<void> {
    const args = ['apply', '--server-side', '--field-manager=platform-team', ...more, '-f', '-'];
    await kubectl(cluster, args, [{ ...RULE, spec }]);
  }
});

function fileOf(name: string, file: 'before' | 'after', { kind, metadata }: K8sObject): readonly K8sObject[] {
  return read('auth-annotations', name, file).filter((one) => one.kind === kind && one.metadata.name === metadata.name);
}

/** Every object that was there before and still is has the owners that it had, besides of what changed. */
function assertOwners(was: readonly K8sObject[], is: readonly K8sObject[]): void {
  for (const one of was) {
    const text = refText(refOf(one));
    const now = is.find((each) => refText(refOf(each)) === text);
    if (now) assert.deepEqual(lostOwners(one, now), [], text);
  }
}

function read(folder: string, name: string, file: 'before' | 'after'): readonly K8sObject[] {
  const path = join(CASES, folder, name, `${file}.yaml`);
  assert.ok(existsSync(path), path);
  return readSnapshot(readFileSync(path, 'utf8'), path);
}

async function established(cluster: TestCluster, { spec }: K8sObject): Promise<void> {
  const { group, version, names } = objectAt(spec);
  const look = async () =>
    (await cluster.serves(`${group}/${version}`, `${objectAt(names).kind}`)) ? true : undefined;
  await eventually(look, { what: `${objectAt(names).kind}` });
}
