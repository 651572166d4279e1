import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { canonicalJson, type JsonObject, listAt, objectAt, valueAt, withValue } from '../../src/core/json.ts';
import { annotationsOf, type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { normalise } from '../../src/diff/normalise.ts';
import { decodeHelmRecord } from '../../src/release/helm-record.ts';
import { upgradeChart } from '../../src/release/upgrade-chart.ts';
import { run } from '../cli/run.ts';
import { object } from '../objects.ts';
import { HELM_3, HELMS, type HelmBinary, helmPath, helmTests } from '../programs/helm-binaries.ts';
import { clusterTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { helmFor, helmSecrets, makeRecordsOld } from './harness/helm-release.ts';
import { standInKubelet } from './harness/kubelet.ts';
import { rolledOut } from './harness/rollout.ts';
import { eventually } from './harness/waiting.ts';
import { namespaceObject } from './harness/workloads.ts';

const NAMESPACE = 'istio-system';
const RELEASES = resolve(import.meta.dirname, 'releases');
const OLD = join(RELEASES, 'istio-1.1.17/install/kubernetes/helm');
const NEW = join(RELEASES, 'istio-1.2.10');
const KINDS = [
  ['v1', 'ConfigMap'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['apps/v1', 'Deployment'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration'],
  ['config.istio.io/v1alpha2', 'handler'],
] as const;

// No server takes a port above 65535.
const REFUSED = 'apiVersion: v1\nkind: Service\nmetadata: {name: refused}\nspec: {ports: [{port: 70000}]}\n';
const CITADEL = `Deployment.apps/${NAMESPACE}/istio-citadel`;

const UNMARKED = {
  labels: { 'app.kubernetes.io/managed-by': null },
  annotations: { 'meta.helm.sh/release-name': null, 'meta.helm.sh/release-namespace': null },
};

function isMarked(one: K8sObject): boolean {
  return annotationsOf(one)['meta.helm.sh/release-name'] === 'istio';
}

/** Helm leaves variables of other people where the server puts them, which is not always where they were. */
function inAnyOrder(object: JsonObject | undefined): JsonObject {
  const containers = listAt(valueAt(object, 'spec', 'template', 'spec', 'containers')).map((container) => ({
    ...objectAt(container),
    env: listAt(valueAt(container, 'env')).map(canonicalJson).sort(),
  }));
  return {
    ...object,
    ...(containers.length === 0
      ? {}
      : { spec: withValue(objectAt(object?.spec), ['template', 'spec', 'containers'], containers) }),
  };
}

/** Every object that Helm says is of release istio, by reference, without what changes by itself. */
async function helmsObjects(cluster: TestCluster): Promise<ReadonlyMap<string, JsonObject>> {
  const lists = await Promise.all(KINDS.map(([apiVersion, kind]) => cluster.list(apiVersion, kind)));
  const own = lists.flat().filter(isMarked);
  return new Map(own.map((one) => [refText(refOf(one)), normalise(one)]));
}

/** The objects of a plan's JSON as they will be. */
function predicted(out: string): readonly K8sObject[] {
  const plan: { readonly changes: readonly { readonly object: string; readonly after?: K8sObject }[] } =
    JSON.parse(out);
  return plan.changes.flatMap(({ object: name, after: then }) =>
    then === undefined || name.startsWith('Secret') ? [] : [then],
  );
}

/** A cluster with Istio 1.1 installed by a real Helm 3, whose record is as old as the release. */
async function withOldRelease(chart = join(OLD, 'istio')): Promise<TestCluster> {
  const cluster = await startControlPlane();
  await standInKubelet(cluster);
  await cluster.create(namespaceObject(NAMESPACE));
  await cluster.kubectl(['apply', '-f', join(OLD, 'istio-init/files')]);
  await eventually(async () => ((await cluster.serves('config.istio.io/v1alpha2', 'handler')) ? true : undefined), {
    what: 'the handlers to be served',
  });
  const helm3 = helmFor(cluster, helmPath(HELM_3));
  await helm3('install', 'istio-init', join(OLD, 'istio-init'), '-n', NAMESPACE);
  await helm3('install', 'istio', chart, '-n', NAMESPACE, '--set', 'galley.replicaCount=2');
  await makeRecordsOld(cluster, NAMESPACE);
  await rolledOut(cluster, NAMESPACE);
  return cluster;
}

/** As `clusterTests`, for tests that also run these Helms. */
function helmClusterTests(name: string, helms: readonly HelmBinary[], define: () => void): void {
  const missing = helms.find((helm) => !existsSync(helmPath(helm)));
  if (missing === undefined) clusterTests(name, define);
  else helmTests(name, missing, define);
}

for (const helm of HELMS)
  helmClusterTests(`Helm's way, with Helm ${helm.version}`, [helm, HELM_3], () => {
    let cluster: TestCluster;
    let state: string;
    let old: ReadonlyMap<string, JsonObject>;
    before(async () => {
      cluster = await withOldRelease();
      state = join(cluster.directory, 'state');
      // What people did to the live objects besides.
      await cluster.kubectl(['-n', NAMESPACE, 'set', 'env', 'deployment/istio-pilot', 'OWN=1']);
      await cluster.kubectl(['-n', NAMESPACE, 'annotate', 'service/istio-pilot', 'own=1']);
      await rolledOut(cluster, NAMESPACE);
      old = await helmsObjects(cluster);
    });
    after(() => cluster?.stop());

    const command = (name: string, ...flags: readonly string[]) =>
      run([name, ...flags, '--helm', helmPath(helm)], {
        env: { KUBECONFIG: cluster.kubeconfig(), HOME: state, PATH: '' },
      });
    const upgrade = (name: string, ...flags: readonly string[]) => command(name, '--release', NEW, ...flags);
    const history = async (release = 'istio'): Promise<readonly (readonly [unknown, unknown])[]> => {
      const revisions: readonly JsonObject[] = JSON.parse(
        await helmFor(cluster, helmPath(helm))('history', release, '-n', NAMESPACE, '-o', 'json'),
      );
      return revisions.map(({ status, description }) => [status, description] as const);
    };

    test('Helm itself cannot upgrade such a release', async () => {
      const alone = helmFor(cluster, helmPath(helm))(
        'upgrade',
        'istio',
        join(NEW, 'install/kubernetes/helm/istio'),
        '-n',
        NAMESPACE,
      );
      await assert.rejects(alone, /no matches for kind "Deployment" in version "extensions\/v1beta1"/);
    });

    test('the plan says that it goes this way and why, what Helm will make, and what is mended first', async () => {
      const { exit, out, err } = await upgrade('plan');
      assert.equal(exit, 0, err);
      assert.match(
        out,
        /note: Helm's way: the control plane belongs to Helm's release istio in istio-system \(revision 1/,
      );
      assert.match(
        out,
        /rewrites Deployment istio-pilot: extensions\/v1beta1 becomes apps\/v1, its selector is said: \{"istio":"pilot"\}/,
      );
      assert.match(out, /release: "\*\*\* \(before\)"/);
      assert.match(out, /helm upgrade istio {2}from revision 1 to chart istio-1\.2\.10/);
      assert.match(out, /Job\.batch\/istio-security-post-install-1\.2\.10 {2}Helm hook for post-install, post-upgrade/);
      assert.match(out, /control-plane +delete +ConfigMap\/istio-system\/istio-retired .*by Helm/);
      assert.doesNotMatch(out, /delete +ConfigMap\/istio-system\/istio-kept/);
    });

    test("kubectl's way is not gone past a release of Helm's", async () => {
      const { exit, out, err } = await upgrade('plan', '--strategy', 'kubectl');
      assert.equal(exit, 3, err);
      assert.match(out, /blocker: the control plane belongs to Helm's release istio .*\[installed-by-helm3\]/);
    });

    test('before an upgrade there is nothing of this tool to go back from', async () => {
      const { exit, err } = await command('rollback', '--yes');
      assert.equal(exit, 3);
      assert.match(
        err,
        /nothing to roll back: release istio, revision 1 \(deployed: Install complete\) was not made by this tool/,
      );
    });

    test('every object becomes what the plan predicts, and helm history shows whose upgrade it was', async () => {
      const plan = await upgrade('plan', '-o', 'json');
      const { exit, out, err } = await upgrade('apply', '--strategy', 'helm', '--yes');
      assert.equal(exit, 0, err);
      assert.match(err, /helm: Release "istio" has been upgraded/);
      assert.match(out, /the control plane is at Istio 1\.2\.10/);
      assert.deepEqual(await history(), [
        ['superseded', 'Install complete'],
        ['deployed', 'kubectl istio-upgrade to istio-1.2.10'],
      ]);
      // The server makes up parts of a Job.
      for (const one of predicted(plan.out).filter(({ kind }) => kind !== 'Job')) {
        const live = await cluster.get(one);
        assert.deepEqual(live && normalise(live), normalise(one), refText(refOf(one)));
      }
      assert.ok(await cluster.get(object('v1', 'ConfigMap', `${NAMESPACE}/istio-kept`)), 'what is to be kept is kept');
      assert.equal(await cluster.get(object('v1', 'ConfigMap', `${NAMESPACE}/istio-retired`)), undefined);
    });

    test('istio-init is upgraded in its own phase, before the control plane', async () => {
      assert.deepEqual((await history('istio-init')).at(-1), [
        'deployed',
        'kubectl istio-upgrade to istio-init-1.2.10',
      ]);
      const jobs = await cluster.list('batch/v1', 'Job', NAMESPACE);
      assert.deepEqual(
        jobs.map(({ metadata: { name } }) => name),
        ['istio-init-crd-10-1.2.10'],
      );
    });

    test("the user's values are kept", async () => {
      const galley = await cluster.get(object('apps/v1', 'Deployment', `${NAMESPACE}/istio-galley`));
      assert.equal(valueAt(galley, 'spec', 'replicas'), 2);
    });

    test('the record as it was lies on disk, for its owner only, and is told', async () => {
      const records = (await helmSecrets(cluster, NAMESPACE)).map(decodeHelmRecord);
      for (const { manifest } of records) assert.doesNotMatch(manifest, /extensions\/v1beta1/);
      const folder = join(state, '.local/state/istio-upgrade/pre-images');
      const [file = ''] = readdirSync(folder);
      assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);
      const kept: K8sObject = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      assert.match(decodeHelmRecord(kept).manifest, /extensions\/v1beta1/);
    });

    test('a second plan has nothing to do', async () => {
      const { exit, out } = await upgrade('plan', '--detailed-exitcode');
      assert.match(out, /nothing to do/);
      assert.equal(exit, 0);
    });

    test('a run of Helm that failed is made again, although every object is as it should be', async () => {
      const chart = join(cluster.directory, 'refused');
      cpSync(join(NEW, 'install/kubernetes/helm/istio'), chart, { recursive: true });
      writeFileSync(join(chart, 'templates/refused.yaml'), REFUSED);
      await assert.rejects(
        helmFor(cluster, helmPath(helm))(
          'upgrade',
          'istio',
          chart,
          '-n',
          NAMESPACE,
          '--reuse-values',
          '--disable-openapi-validation',
        ),
      );
      assert.equal((await history()).at(-1)?.[0], 'failed');
      const rollback = await command('rollback', '--yes');
      assert.equal(rollback.exit, 3, 'what this tool did not do is not taken back');
      const { exit, err } = await upgrade('apply', '--yes');
      assert.equal(exit, 0, err);
      assert.deepEqual((await history()).at(-1), ['deployed', 'kubectl istio-upgrade to istio-1.2.10']);
      assert.match((await upgrade('plan')).out, /nothing to do/);
    });

    test('rollback stops at what helm rollback would fail at', async () => {
      const { exit, out } = await command('rollback', '--yes');
      assert.equal(exit, 3);
      assert.match(out, /ConfigMap\/istio-system\/istio-kept is there, and revision 4 does not have it/);
      await cluster.delete(object('v1', 'ConfigMap', `${NAMESPACE}/istio-kept`));
    });

    test('rollback asks first', async () => {
      const { exit, err } = await command('rollback');
      assert.equal(exit, 2, err);
      assert.equal((await history()).length, 4);
    });

    test('rollback brings the old state back, object by object, and says what it does not undo', async () => {
      const { exit, out, err } = await command('rollback', '--yes');
      assert.equal(exit, 0, err);
      assert.match(out, /Istio 1\.2\.10 → 1\.1\.17/);
      assert.match(
        out,
        /stays as the upgrade left it: CustomResourceDefinitions and release istio-init, migrated configuration/,
      );
      assert.deepEqual((await history()).at(-1), ['deployed', 'Rollback to 1']);
      const back = await helmsObjects(cluster);
      assert.deepEqual([...back.keys()].sort(), [...old.keys()].sort());
      for (const [ref, before] of old)
        if (ref !== CITADEL) assert.deepEqual(inAnyOrder(back.get(ref)), inAnyOrder(before), ref);
    });

    test('a Deployment that had to be replaced keeps its new selector, which selects its old pods too', async () => {
      const back = await helmsObjects(cluster);
      const [was, is] = [old.get(CITADEL), back.get(CITADEL)];
      assert.deepEqual(valueAt(is, 'spec', 'template'), valueAt(was, 'spec', 'template'));
      assert.deepEqual(valueAt(is, 'spec', 'selector'), { matchLabels: { istio: 'citadel' } });
    });

    test('there is nothing more to go back from, and the upgrade can be made again', async () => {
      assert.equal((await command('rollback', '--yes')).exit, 3);
      const { exit, err } = await upgrade('apply', '--yes');
      assert.equal(exit, 0, err);
      assert.match((await upgrade('plan')).out, /nothing to do/);
    });
  });

helmClusterTests('a release that helm-2to3 moved from Tiller to Helm 3', [HELM_3], () => {
  let cluster: TestCluster;
  before(async () => {
    const copies = mkdtempSync(join(tmpdir(), 'istio-upgrade-tiller-'));
    const release = { phase: 'control-plane', copies, heritage: 'Tiller' } as const;
    const { directory } = await upgradeChart(join(RELEASES, 'istio-1.1.17'), release);
    cluster = await withOldRelease(directory);
    rmSync(copies, { recursive: true });
    // 2to3 writes records only: no object is marked as Helm 3 marks its own.
    for (const [apiVersion, kind] of KINDS)
      for (const one of (await cluster.list(apiVersion, kind)).filter(isMarked))
        await cluster.patch(one, 'merge', { metadata: { labels: UNMARKED.labels, annotations: UNMARKED.annotations } });
  });
  after(() => cluster?.stop());

  test("is upgraded, keeps Tiller's label, and is marked as Helm's from then on", async () => {
    const command = (name: string, ...flags: readonly string[]) =>
      run([name, '--release', NEW, '--helm', helmPath(HELM_3), ...flags], {
        env: { KUBECONFIG: cluster.kubeconfig(), HOME: cluster.directory },
      });
    const plan = await command('plan');
    assert.match(
      plan.out,
      /rewrites ClusterRole istio-istio-system: rbac\.authorization\.k8s\.io\/v1beta1 becomes rbac\.authorization\.k8s\.io\/v1/,
    );
    const { exit, err } = await command('apply', '--yes');
    assert.equal(exit, 0, err);
    for (const name of ['istio-pilot', 'istio-galley', 'istio-citadel']) {
      const live = await cluster.get(object('apps/v1', 'Deployment', `${NAMESPACE}/${name}`));
      assert.equal(valueAt(live, 'spec', 'template', 'metadata', 'labels', 'heritage'), 'Tiller', name);
      assert.ok(live && isMarked(live), name);
    }
    assert.match((await command('plan')).out, /nothing to do/);
  });
});

helmClusterTests("a release of Helm 2's", [HELM_3], () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startControlPlane();
    await cluster.create(namespaceObject(NAMESPACE));
    const labels = { app: 'pilot', release: 'mesh', heritage: 'Tiller' };
    const pod = { containers: [{ name: 'discovery', image: 'docker.io/istio/pilot:1.1.17' }] };
    await cluster.create(
      object('apps/v1', 'Deployment', `${NAMESPACE}/istio-pilot`, {
        metadata: { labels },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
      }),
    );
    for (const [version, status] of [
      ['1', 'SUPERSEDED'],
      ['2', 'DEPLOYED'],
    ])
      await cluster.create(tillerRecord('mesh', String(version), String(status)));
    await cluster.create(tillerRecord('shop', '7', 'DEPLOYED'));
  });
  after(() => cluster?.stop());

  test("is told with its name and status, and refused with the ways out; other releases are nobody's business", async () => {
    const { exit, out, err } = await run(['apply', '--yes', '--release', NEW, '--helm', helmPath(HELM_3)], {
      env: { KUBECONFIG: cluster.kubeconfig(), HOME: cluster.directory },
    });
    assert.equal(exit, 3, err);
    const lines = out.split('\n').filter((line) => line.includes('installed-by-helm2'));
    assert.match(
      lines[0] ?? '',
      /^blocker: ConfigMap\/kube-system\/mesh\.v2: Helm 2's Tiller keeps release "mesh" \(revision 2, deployed\); /,
    );
    assert.match(
      out,
      /hint: convert it \(helm 2to3 convert mesh\) and upgrade it with Helm 3; or go kubectl's way, .*: --ignore installed-by-helm2/,
    );
    assert.doesNotMatch(out, /release shop/);
  });
});

/** As Tiller stores them: https://github.com/helm/helm/blob/v2.17.0/pkg/storage/driver/cfgmaps.go */
function tillerRecord(name: string, version: string, status: string): K8sObject {
  return object('v1', 'ConfigMap', `kube-system/${name}.v${version}`, {
    metadata: { labels: { NAME: name, OWNER: 'TILLER', STATUS: status, VERSION: version, MODIFIED_AT: '1554102000' } },
    data: { release: 'H4sIAAAAAAAC/+LiSsvMSVVIzs/NzU9RSMvMSQUAAAD//wMAWl2Z8RIAAAA=' },
  });
}
