import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertGolden } from './golden.ts';
import { ROOT, run, withoutTimes } from './run.ts';

const DATA_PLANE = ['--phase', 'data-plane'];
const TARGET = ['-f', 'test/demo/istio-1.2'];
// What the mesh of the status tests lacks for its workloads to be restarted.
const INJECTOR = `---
apiVersion: v1
kind: Endpoints
metadata: {namespace: istio-system, name: istio-sidecar-injector}
subsets: [{addresses: [{ip: 10.0.0.1}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: istio-system, name: istio-sidecar-injector}
spec: {replicas: 1, template: {metadata: {}, spec: {containers: [{name: injector, image: "docker.io/istio/sidecar_injector:1.2.10"}]}}}
`;
const OLD_POD = `---
apiVersion: v1
kind: Pod
metadata: {namespace: shop, name: cart-abc-1, labels: {pod-template-hash: abc}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: cart-abc, uid: u, controller: true}]}
spec: {containers: [{name: istio-proxy, image: "docker.io/istio/proxyv2:1.1.17", args: [proxy, sidecar]}]}
`;
let folder = '';

before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

function mesh(name: string, from: string, more: string): string {
  const path = join(folder, name);
  writeFileSync(path, `${readFileSync(from, 'utf8').trimEnd()}\n${more}`);
  return path;
}

async function refused(argv: readonly string[], pattern: RegExp): Promise<void> {
  const { exit, err } = await run(argv);
  assert.match(err, pattern);
  assert.equal(exit, 2, err);
}

test('which workloads are meant has to be said, and only where they are restarted', async () => {
  const snapshot = ['--snapshot', 'test/cli/status-mesh.yaml'];
  await refused(['plan', ...snapshot, ...DATA_PLANE], /name their namespace with -n, or all with -A/);
  await refused(['plan', ...snapshot, '-A'], /-A says which workloads .*\nhint: {2}add --phase data-plane/);
  await refused(['plan', ...snapshot, '-l', 'app=cart'], /-l says which workloads/);
  await refused(['plan', ...snapshot, '--evict'], /--evict says which workloads/);
  await refused(['plan', ...snapshot, '-n', 'shop'], /the control plane's namespace is named with -i/);
  await refused(
    ['apply', ...snapshot, ...DATA_PLANE, '-A', '--max-parallel', '0'],
    /--max-parallel "0" is not a whole number from 1/,
  );
});

test('without a target there are two phases, and that is said', async () => {
  const snapshot = ['--snapshot', 'test/cli/status-mesh.yaml'];
  await refused(
    ['plan', ...snapshot, '--phase', 'crds'],
    /no target: phase crds .*\nhint:.*only config and data-plane have anything to do/,
  );
  const { exit, out } = await run(['plan', ...snapshot]);
  assert.match(out, /without a target only phases config and data-plane have anything to do \[no-target\]/);
  assert.match(out, /nothing to do: 0 objects are as they should be \(phases config\)/);
  assert.equal(exit, 0);
});

test('a plan of the data plane names what is restarted and what is left, and why', async () => {
  const path = mesh('plan.yaml', 'test/cli/status-mesh.yaml', INJECTOR);
  const { exit, out } = await run(['plan', '--snapshot', path, ...DATA_PLANE, '-n', 'shop']);
  assertGolden('data-plane-plan', out.replace(path, 'mesh.yaml'));
  assert.equal(exit, 0);
  const { out: json } = await run(['plan', '--snapshot', path, ...DATA_PLANE, '-n', 'shop', '-o', 'json']);
  const { dataPlane } = JSON.parse(json);
  assert.deepEqual(dataPlane.restarts, [
    { object: 'Deployment.apps/shop/cart', way: 'roll', isBegun: false },
    { object: 'Deployment.apps/shop/twice', way: 'roll', isBegun: false },
  ]);
  assert.equal(dataPlane.leftAlone.length, 5);
});

test('without an injector that can be called nothing is written', async () => {
  const path = mesh('blocked.yaml', 'test/cli/status-mesh.yaml', '');
  const before = readFileSync(path, 'utf8');
  const { exit, out } = await run(['apply', '--snapshot', path, ...DATA_PLANE, '-A', '--yes']);
  assert.match(out, /the injector has no ready endpoint .*\[injector-not-ready\]/);
  assert.equal(exit, 3);
  assert.equal(readFileSync(path, 'utf8'), before);
});

test('applying it brings the workloads to the new sidecar, and a second plan has nothing to do', async () => {
  const path = mesh('apply.yaml', 'test/cli/status-mesh.yaml', INJECTOR);
  const shop = ['--snapshot', path, ...DATA_PLANE, '-n', 'shop', '--evict'];
  const { exit, out, err } = await run(['apply', ...shop, '--yes', '--max-parallel', '2']);
  assert.equal(exit, 0, err);
  assert.match(withoutTimes(out), /^done: 3 changes applied in TIME, 3 workloads run its sidecar of Istio 1.2.10$/m);
  assert.match(err, /Deployment.apps\/shop\/cart restarting\n/);
  assert.match(err, /Deployment.apps\/shop\/cart runs the new sidecar \(3 pods; \d of 3 workloads\)/);
  assert.match(err, /evicted pod db-0 of StatefulSet.apps\/shop\/db, 0 to go/);
  const { out: again, exit: nothing } = await run(['plan', ...shop, '--detailed-exitcode']);
  assert.match(again, /^nothing to do/m);
  assert.equal(nothing, 0);
});

test('after the control plane the last lines say which sidecars are left, and the command for them', async () => {
  const path = mesh('control-plane.yaml', 'test/demo/mesh-1.1.yaml', OLD_POD);
  const { exit, out, err } = await run(['apply', '--snapshot', path, ...TARGET, '--yes']);
  assert.equal(exit, 0, err);
  assert.deepEqual(out.split('\n').slice(-4), [
    out.split('\n').at(-4),
    '1 workload still runs a sidecar of another release, in namespace shop; that goes on working until it is restarted:',
    `  kubectl istio-upgrade apply --phase data-plane --snapshot ${path} -n shop`,
    '',
  ]);
  assert.match(
    withoutTimes(out.split('\n').at(-4) ?? ''),
    /^done: \d+ changes applied in TIME \(crds TIME, control-plane TIME\), the control plane is at Istio 1.2.10$/,
  );
});
