import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { refOf } from '../../src/core/object.ts';
import { whatUpgrades } from '../../src/mesh/sidecar-upgrade.ts';
import type { Decision } from '../../src/mesh/webhook-decision.ts';
import { workloadTemplateOf } from '../../src/mesh/workload-template.ts';
import { object } from '../objects.ts';

const YES: Decision = { injects: true };
const NO: Decision = { injects: false, scope: 'namespace', why: 'not selected' };
const PROXY = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.1.17', args: ['proxy', 'sidecar'] };

interface Case {
  readonly spec?: JsonObject;
  readonly isManual?: boolean;
  readonly decision?: Decision | undefined;
}

function upgrade(kind: string, { spec = {}, isManual = false, ...rest }: Case = {}) {
  const [name = '', apiVersion = 'apps/v1'] = kind.split(' ');
  const template = { spec: { containers: isManual ? [PROXY] : [] } };
  const parts = name === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
  const workload = object(apiVersion, name, 'shop/cart', { spec: { ...parts, ...spec } });
  const decision = 'decision' in rest ? rest.decision : YES;
  return whatUpgrades({ ref: refOf(workload), template: workloadTemplateOf(workload, 'istio-system'), decision });
}

const way = (...args: Parameters<typeof upgrade>) => upgrade(...args).way;

test('where the webhook acts a restart is enough, also over a template that was injected by hand', () => {
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet']) assert.equal(way(kind), 'restart', kind);
  assert.equal(way('Deployment', { isManual: true }), 'restart');
});

test('where only the template has the sidecar it has to be injected again', () => {
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob batch/v1beta1'])
    assert.equal(way(kind, { isManual: true, decision: NO }), 're-injection', kind);
});

test('where neither would give new pods a sidecar, nothing does, and the reason is said', () => {
  assert.deepEqual(upgrade('Deployment', { decision: NO }), {
    way: 'nothing',
    why: 'new pods would have no sidecar (not selected)',
  });
});

test("a CronJob's next run has the new sidecar; a Job's and a bare pod never have", () => {
  assert.equal(way('CronJob batch/v1beta1'), 'next-run');
  assert.equal(way('Job batch/v1'), 'nothing');
  assert.equal(way('Pod v1'), 'nothing');
  assert.equal(way('Job batch/v1', { isManual: true, decision: NO }), 'nothing');
});

test('what keeps a controller from replacing pods is named', () => {
  const why = (...args: Parameters<typeof upgrade>) => {
    const { way, why } = upgrade(...args);
    assert.equal(way, 'nothing');
    return why;
  };
  assert.match(why('Deployment', { spec: { paused: true } }) ?? '', /^paused/);
  const onDelete = { updateStrategy: { type: 'OnDelete' } };
  for (const kind of ['StatefulSet', 'DaemonSet']) assert.match(why(kind, { spec: onDelete }) ?? '', /OnDelete/);
  const partition = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } };
  assert.match(why('StatefulSet', { spec: partition }) ?? '', /partition 2/);
  assert.match(why('ReplicaSet') ?? '', /a ReplicaSet replaces no running pods/);
  assert.match(why('ReplicationController v1') ?? '', /replaces no running pods/);
  assert.match(why('Rollout argoproj.io/v1alpha1') ?? '', /Rollout\.argoproj\.io is not known here/);
  assert.match(why('Deployment', { spec: { paused: true }, isManual: true, decision: NO }) ?? '', /^paused/);
});

test('without the labels of the namespace nobody knows', () => {
  assert.equal(way('Deployment', { decision: undefined }), 'unknown');
});
