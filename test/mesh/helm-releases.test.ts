import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { K8sObject } from '../../src/core/object.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { helmReleaseOf, helmRevisionsOf } from '../../src/mesh/helm-releases.ts';
import { object } from '../objects.ts';

function tiller(version: number, status: string, name = 'istio'): K8sObject {
  const labels = { OWNER: 'TILLER', NAME: name, VERSION: `${version}`, STATUS: status };
  return object('v1', 'ConfigMap', `kube-system/${name}.v${version}`, { metadata: { labels } });
}

function helm3(version: number, status: string, kind = 'Secret'): K8sObject {
  const labels = { owner: 'helm', name: 'istio', version: `${version}`, status };
  return object('v1', kind, `istio-system/sh.helm.release.v1.istio.v${version}`, { metadata: { labels } });
}

/** `2 deployed, then 3 failed` */
function stands(...records: readonly K8sObject[]): string {
  const release = helmReleaseOf(helmRevisionsOf(snapshotOf(records), ['istio']));
  if (release === undefined) return 'none';
  const { current, tried } = release;
  return [current, tried].flatMap((one) => (one ? [`${one.revision} ${one.status}`] : [])).join(', then ');
}

test('the deployed revision counts, however many were tried after it', () => {
  assert.equal(stands(tiller(9, 'SUPERSEDED'), tiller(10, 'DEPLOYED')), '10 deployed');
  assert.equal(
    stands(tiller(2, 'DEPLOYED'), tiller(3, 'FAILED'), tiller(10, 'PENDING_UPGRADE')),
    '2 deployed, then 10 pending-upgrade',
  );
  assert.equal(stands(helm3(1, 'failed')), '1 failed');
});

test('a release that was deleted with its history kept is none', () => {
  assert.equal(stands(tiller(1, 'SUPERSEDED'), tiller(2, 'DELETED')), 'none');
  assert.equal(stands(helm3(1, 'uninstalled')), 'none');
  assert.equal(stands(), 'none');
});

test('records are Secrets or ConfigMaps of the releases that are asked for', () => {
  const snapshot = snapshotOf([
    helm3(1, 'deployed'),
    helm3(2, 'deployed', 'ConfigMap'),
    tiller(3, 'DEPLOYED'),
    tiller(1, 'DEPLOYED', 'cart'),
    object('v1', 'ConfigMap', 'istio-system/istio', { metadata: { labels: { name: 'istio', version: '9' } } }),
  ]);
  const found = helmRevisionsOf(snapshot, ['istio']).map(
    ({ by, record, revision }) => `${revision} ${by} ${record.kind}`,
  );
  assert.deepEqual(found, ['3 tiller ConfigMap', '2 helm ConfigMap', '1 helm Secret']);
});
