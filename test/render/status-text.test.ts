import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status, WorkloadStatus } from '../../src/app/status.ts';
import { statusNames } from '../../src/render/status-data.ts';
import { statusText } from '../../src/render/status-text.ts';
import { PLAIN } from '../../src/render/style.ts';

function workload(name: string, rest: Partial<WorkloadStatus>): WorkloadStatus {
  const ref = { group: 'apps', kind: 'Deployment', namespace: 'shop', name };
  const image = { image: 'proxyv2:1.1.17', version: { major: 1, minor: 1, patch: 17, suffix: '' }, pods: 1 };
  const upgrade = { way: 'restart', why: undefined } as const;
  const injection = { how: 'webhook' } as const;
  const shared = {
    pods: 1,
    wanted: 1,
    ready: 1,
    sidecars: 1,
    isStale: true,
    proxyImage: undefined,
    inboundPorts: undefined,
  } as const;
  return { ref, ...shared, images: [image], injection, upgrade, ...rest };
}

function status(...workloads: readonly WorkloadStatus[]): Status {
  return {
    schema: 'istio-upgrade/status/v1',
    cluster: { address: 'mesh.yaml', version: 'v1.20.2' },
    mesh: { istioNamespace: 'istio-system', version: undefined, components: [], gateways: [], workloads },
    problems: [],
  };
}

const text = (isWide: boolean, ...workloads: readonly WorkloadStatus[]) =>
  statusText(status(...workloads), { style: PLAIN, isWide });

test('an image that does not tell its version is shown, the others of the screen are not', () => {
  const odd = { image: 'vendor/proxy@sha256:4c7f', version: undefined, pods: 1 };
  const out = text(false, workload('cart', {}), workload('odd', { images: [odd] }));
  assert.match(out, /odd +1 +1 +unknown +webhook +restart +vendor\/proxy@sha256:4c7f$/m);
  assert.match(out, /cart +1 +1 +1\.1\.17 +webhook +restart$/m);
  assert.match(out, /^Istio \(release unknown\) /);
});

test('what is no part of the mesh is counted, and shown by -o wide', () => {
  const bare = { sidecars: 0, images: [], isStale: false, upgrade: undefined };
  const outside = workload('outside', { ...bare, injection: { how: 'outside', why: 'not selected' } });
  const unread = workload('unread', { ...bare, injection: { how: 'unknown' } });
  const out = text(false, outside, unread);
  assert.doesNotMatch(out, /Deployment\.apps/);
  assert.match(
    out,
    /0 workloads in the mesh, 0 sidecars; 0 stale; 1 in namespaces that could not be read .*; 1 outside the mesh/,
  );
  const wide = text(true, outside, unread);
  assert.match(wide, /outside +1 +1 +0 +- +no: not selected +-$/m);
  assert.match(wide, /unread +1 +1 +0 +- +unknown +-$/m);
});

test('names from the cluster cannot command the terminal', () => {
  const evil = workload('a\u001b[2J', {});
  assert.doesNotMatch(text(true, evil) + statusNames(status(evil)), new RegExp(String.fromCharCode(27)));
});
