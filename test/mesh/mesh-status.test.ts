import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { type K8sObject, refText } from '../../src/core/object.ts';
import { versionText } from '../../src/core/version.ts';
import { meshStatus } from '../../src/mesh/mesh-status.ts';
import { podInventory } from '../../src/mesh/pod-inventory.ts';
import { statusProblems } from '../../src/mesh/status-problems.ts';
import { ownersToRead } from '../../src/mesh/workload-members.ts';
import { workloadTemplateOf } from '../../src/mesh/workload-template.ts';
import { object } from '../objects.ts';

const INJECTOR = {
  webhooks: undefined,
  config: undefined,
  namespaces: new Map([
    ['shop', { 'istio-injection': 'enabled' }],
    ['tools', {}],
  ]),
};
const sidecar = (tag: string) => ({
  name: 'istio-proxy',
  image: `docker.io/istio/proxyv2${tag}`,
  args: ['proxy', 'sidecar'],
});
const pilot = (tag: string) => ({ name: 'discovery', image: `docker.io/istio/pilot${tag}` });

function workload(
  kind: string,
  path: string,
  containers: readonly JsonObject[] = [],
  spec: JsonObject = {},
): K8sObject {
  return object('apps/v1', kind, path, { spec: { ...spec, template: { spec: { containers } } } });
}

/** A pod of a StatefulSet of that name, or of the ReplicaSet NAME-HASH. */
function pod(path: string, containers: readonly JsonObject[], hash = ''): K8sObject {
  const [namespace = '', name = ''] = path.split('/');
  const owner = hash === '' ? { kind: 'StatefulSet', name } : { kind: 'ReplicaSet', name: `${name}-${hash}` };
  const labels = hash === '' ? {} : { 'pod-template-hash': hash };
  const ownerReferences = [{ apiVersion: 'apps/v1', ...owner, uid: 'u', controller: true }];
  return object('v1', 'Pod', `${namespace}/${name}-${Math.random()}`, {
    metadata: { labels, ownerReferences },
    spec: { containers },
  });
}

interface Parts {
  readonly pods?: readonly K8sObject[];
  readonly workloads?: readonly K8sObject[];
  readonly made?: readonly K8sObject[];
  readonly pilotPods?: readonly string[];
}

const PILOT = 'istio-system/istio-pilot';

function inputs({ pods = [], workloads = [], made = [], pilotPods = [':1.2.10'] }: Parts) {
  const inventory = podInventory('istio-system');
  for (const one of [...pods, ...pilotPods.map((tag) => pod(PILOT, [pilot(tag)], 'h'))]) inventory.add(one);
  const templates = (objects: readonly K8sObject[]) =>
    new Map(
      objects.map((one) => {
        const template = workloadTemplateOf(one, 'istio-system');
        return [refText(template.ref), template];
      }),
    );
  return {
    istioNamespace: 'istio-system',
    groups: inventory.groups(),
    templates: templates([workload('Deployment', PILOT, [pilot(':1.2.10')]), ...workloads]),
    made: templates(made),
    injector: INJECTOR,
    isShownWithoutPods: () => true,
  };
}

const statusOf = (parts: Parts) => meshStatus(inputs(parts));
const only = (parts: Parts) => {
  const { workloads } = statusOf(parts);
  assert.equal(workloads.length, 1, workloads.map(({ ref }) => refText(ref)).join());
  const [one] = workloads;
  assert.ok(one);
  return one;
};
const isStale = (tag: string, pilotPods?: readonly string[]) =>
  only({ pods: [pod('shop/a', [sidecar(tag)])], ...(pilotPods ? { pilotPods } : {}) }).isStale;

test("a sidecar is stale when its release is not Pilot's, whatever the vendor's suffix", () => {
  assert.equal(isStale(':1.2.10'), false);
  assert.equal(isStale(':1.2.10-gke.0'), false);
  assert.equal(isStale(':1.2.9'), true);
  assert.equal(isStale(':1.1.10'), true);
});

test('a sidecar whose release cannot be told is stale, and so is every one when Pilot does not tell its own', () => {
  for (const tag of ['@sha256:4c7f', ':master-latest-daily', '', ':release-1.2-latest-daily'])
    assert.equal(isStale(tag), true, tag);
  assert.equal(isStale(':1.2.10', ['@sha256:4c7f']), true);
  assert.equal(isStale(':release-1.2-latest-daily', [':release-1.2-latest-daily']), false);
});

test("Pilot's release is that of its pods, and in the middle of a rollout the one that it goes to", () => {
  const version = (pilotPods: readonly string[]) => {
    const { version: found } = statusOf({ pilotPods });
    return found && versionText(found);
  };
  assert.equal(version([':1.1.17']), '1.1.17');
  assert.equal(version([':1.1.17', ':1.2.10']), '1.2.10');
  assert.equal(version([]), '1.2.10');
});

test('the pods of all ReplicaSets of a Deployment count as one workload', () => {
  const pods = [pod('shop/cart', [sidecar(':1.1.17')], 'old'), pod('shop/cart', [sidecar(':1.2.10')], 'new')];
  const { ref, images, sidecars } = only({ pods, workloads: [workload('Deployment', 'shop/cart')] });
  assert.equal(refText(ref), 'Deployment.apps/shop/cart');
  assert.equal(sidecars, 2);
  assert.deepEqual(
    images.map(({ version, pods: count }) => [version?.minor, count]),
    [
      [1, 1],
      [2, 1],
    ],
  );
});

test("a ReplicaSet without that Deployment is looked up, and its owner's owner is the workload", () => {
  const pods = [pod('shop/cart', [sidecar(':1.1.17')], 'h')];
  const parts = inputs({ pods });
  assert.deepEqual(ownersToRead(parts.groups, parts.templates).map(refText), ['ReplicaSet.apps/shop/cart-h']);
  const known = inputs({ pods, workloads: [workload('Deployment', 'shop/cart')] });
  assert.deepEqual(ownersToRead(known.groups, known.templates), []);
  assert.equal(refText(only({ pods }).ref), 'ReplicaSet.apps/shop/cart-h');
  const set = workload('ReplicaSet', 'shop/cart-h');
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'cart', uid: 'u', controller: true };
  const made = [{ ...set, metadata: { ...set.metadata, ownerReferences: [owner] } }];
  assert.equal(refText(only({ pods, made }).ref), 'Rollout.argoproj.io/shop/cart');
});

test('how a sidecar came in: by the template, by the webhook, by both, or nobody can tell', () => {
  const how = (path: string, containers: readonly JsonObject[] | undefined, tag = ':1.2.10') => {
    const workloads = containers === undefined ? [] : [workload('StatefulSet', path, containers)];
    return only({ pods: [pod(path, [sidecar(tag)])], workloads }).injection.how;
  };
  assert.equal(how('shop/a', []), 'webhook');
  assert.equal(how('tools/a', []), 'webhook');
  assert.equal(how('tools/a', [sidecar(':1.2.10')]), 'manual');
  assert.equal(how('shop/a', [sidecar(':1.2.10')]), 'both');
  assert.equal(how('shop/a', undefined), 'webhook');
  assert.equal(how('tools/a', undefined), 'unknown');
});

test('why pods have no sidecar: not yet, excluded, or outside the mesh; only the first has anything to do', () => {
  const without = (path: string, spec: JsonObject = {}) => {
    const set = workload('StatefulSet', path);
    const template = { spec: { ...spec, containers: [] } };
    const {
      injection,
      upgrade,
      isStale: stale,
    } = only({ pods: [pod(path, [])], workloads: [{ ...set, spec: { template } }] });
    assert.equal(stale, false);
    return [injection.how, upgrade?.way];
  };
  assert.deepEqual(without('shop/a'), ['missing', 'restart']);
  assert.deepEqual(without('shop/a', { hostNetwork: true }), ['excluded', undefined]);
  assert.deepEqual(without('tools/a'), ['outside', undefined]);
  assert.deepEqual(without('hidden/a'), ['unknown', undefined]);
});

test('where only some pods have a sidecar a restart gives it to all; nothing is stale', () => {
  const pods = [pod('shop/a', [sidecar(':1.2.10')]), pod('shop/a', [])];
  const { isStale: stale, upgrade } = only({ pods, workloads: [workload('StatefulSet', 'shop/a')] });
  assert.deepEqual([stale, upgrade?.way], [false, 'restart']);
});

test('an old sidecar in the template of a workload without pods is stale only where no webhook replaces it', () => {
  const idle = (path: string) => only({ workloads: [workload('StatefulSet', path, [sidecar(':1.1.17')])] });
  assert.deepEqual([idle('tools/a').isStale, idle('tools/a').upgrade?.way], [true, 're-injection']);
  assert.deepEqual([idle('shop/a').isStale, idle('shop/a').upgrade], [false, undefined]);
});

test('components and gateways stand apart from the data plane, Pilot first, with what they want and have', () => {
  const galley = [{ name: 'galley', image: 'docker.io/istio/galley:1.1.17' }];
  const gateway = [{ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.2.10', args: ['proxy', 'router'] }];
  const status = statusOf({
    pods: [pod('tools/edge', gateway)],
    workloads: [
      workload('Deployment', 'istio-system/istio-galley', galley, { replicas: 2 }),
      workload('StatefulSet', 'tools/edge', gateway),
    ],
  });
  assert.deepEqual(
    status.components.map(({ ref, pods, wanted }) => [ref.name, pods, wanted]),
    [
      ['istio-pilot', 1, 1],
      ['istio-galley', 0, 2],
    ],
  );
  assert.deepEqual(
    status.gateways.map(({ ref }) => refText(ref)),
    ['StatefulSet.apps/tools/edge'],
  );
  assert.deepEqual(status.workloads, []);
  assert.deepEqual(
    statusProblems(status).map(({ id }) => id),
    ['mixed-control-plane'],
  );
});

test('no control plane, and a Pilot whose image does not tell, are said', () => {
  const problems = (parts: Parts) => statusProblems(statusOf(parts)).map(({ id }) => id);
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ pilotPods: ['@sha256:4c7f'] }), ['unknown-version']);
  const empty = { ...inputs({ pilotPods: [] }), templates: new Map() };
  assert.deepEqual(
    statusProblems(meshStatus(empty)).map(({ id }) => id),
    ['no-control-plane'],
  );
});

test("a CronJob's template and the record of its injection stand one level lower and higher than others'", () => {
  const template = { spec: { containers: [sidecar(':1.1.17')] } };
  const cronJob = (jobTemplate: JsonObject) =>
    workloadTemplateOf(object('batch/v1beta1', 'CronJob', 'shop/nightly', { spec: { jobTemplate } }), 'istio-system');
  assert.equal(cronJob({ spec: { template } }).facts.image, sidecar(':1.1.17').image);
  const annotations = { 'sidecar.istio.io/status': '{}' };
  assert.equal(cronJob({ metadata: { annotations }, spec: {} }).facts.isInjected, true);
  assert.equal(cronJob({ spec: {} }).facts.isInjected, false);
});
