import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import {
  isArray,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  valueAt,
} from '../../src/core/json.ts';
import { isK8sObject, type K8sObject } from '../../src/core/object.ts';
import { withDefaults } from '../../src/fields/defaults.ts';
import { isInjected } from '../../src/injection/detect.ts';
import { dataText, recordedCases, semantic, skip } from '../injection/recorded.ts';
import { standInIstioctl } from '../injection/stand-in-istioctl.ts';
import { deployment, object } from '../objects.ts';
import { ROOT, run } from './run.ts';

const CASES = recordedCases();
const LATER_FIELDS = {
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
  securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
};
let folder = '';

before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

/** The workloads of a recorded file, those of a List one by one. */
function workloadsIn(objects: readonly K8sObject[]): readonly K8sObject[] {
  const all = objects.flatMap((one) => (one.kind === 'List' ? listAt(one.items).filter(isK8sObject) : [one]));
  const workloads = all.filter((one) => templateOf(one).spec !== undefined);
  return workloads.map((one) => ({ ...one, metadata: { ...one.metadata, namespace: 'shop' } }));
}

function caseNamed(name: string) {
  const found = CASES.find((one) => one.name === name);
  assert.ok(found, name);
  return { live: workloadsIn(found.old), answers: workloadsIn(found.next) };
}

function templateOf(workload: K8sObject): JsonObject {
  const spec = valueAt(workload, 'spec');
  return objectAt(valueAt(spec, 'jobTemplate', 'spec', 'template') ?? valueAt(spec, 'template'));
}

/** A pod with the workload's sidecar, as the API server shows it. */
function podOf(workload: K8sObject): K8sObject {
  const { kind, apiVersion, metadata } = workload;
  const template = templateOf(workload);
  const owner = { apiVersion, kind, name: metadata.name, uid: 'u', controller: true };
  const pod = object('v1', 'Pod', `shop/${metadata.name}-1`, {
    spec: template.spec ?? {},
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
  return { ...pod, metadata: { ...objectAt(template.metadata), ...pod.metadata, ownerReferences: [owner] } };
}

/** A mesh at 1.2.0 with these workloads, whose sidecars are old, in a file. */
function meshWith(workloads: readonly K8sObject[]): string {
  const read = (file: string) => dataText(`istio-1.2.0/injection/${file}`);
  const config = { config: read('config.yaml'), values: read('values.json') };
  const around = [
    deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.0' }),
    object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: read('mesh.yaml') } }),
    object('v1', 'ConfigMap', 'istio-system/istio-sidecar-injector', { data: config }),
    object('v1', 'Namespace', 'shop'),
  ];
  const live = workloads.map((one) => ({ ...one, apiVersion: one.kind === 'CronJob' ? 'batch/v1beta1' : 'apps/v1' }));
  const file = join(folder, 'mesh.yaml');
  const objects = [...around, ...live.map(rolledOut), ...live.filter(({ kind }) => kind !== 'CronJob').map(podOf)];
  writeFileSync(file, objects.map((one) => stringify(one)).join('---\n'));
  return file;
}

/** As a controller leaves it once all its pods are ready. */
function rolledOut(workload: K8sObject): K8sObject {
  if (workload.kind === 'CronJob') return workload;
  const selector = { matchLabels: valueAt(templateOf(workload), 'metadata', 'labels') ?? {} };
  const spec: JsonObject = { selector, ...objectAt(workload.spec) };
  const replicas = numberAt(spec.replicas) ?? 1;
  const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'currentReplicas'];
  const daemons = ['desiredNumberScheduled', 'updatedNumberScheduled', 'numberReady', 'numberAvailable'];
  const status = Object.fromEntries([...counts, ...daemons].map((name) => [name, replicas]));
  return {
    ...workload,
    metadata: { ...workload.metadata, generation: 1 },
    spec,
    status: { observedGeneration: 1, ...status },
  };
}

interface Planned {
  readonly object: string;
  readonly after: K8sObject;
}

async function planned(live: readonly K8sObject[], answers: readonly K8sObject[]): Promise<readonly Planned[]> {
  const flags = [
    '--snapshot',
    meshWith(live),
    '--phase',
    'data-plane',
    '-n',
    'shop',
    '--evict',
    '--istioctl',
    standInIstioctl(folder, answers),
  ];
  const { out, err, exit } = await run(['plan', ...flags, '-o', 'json']);
  assert.equal(exit, 0, err + out.slice(-2000));
  return JSON.parse(out).changes;
}

for (const { name } of skip === false ? CASES : [{ name: 'recorded injections' }]) {
  test(`${name}: the plan makes of the old injection what the new injector makes of the original`, {
    skip,
  }, async () => {
    const { live, answers } = caseNamed(name);
    const changes = await planned(live, answers);
    const meant = answers.filter(isInjected);
    assert.ok(meant.length > 0);
    assert.equal(changes.length, meant.length);
    for (const wanted of meant) {
      const change = changes.find(({ after: { metadata } }) => metadata.name === wanted.metadata.name);
      assert.ok(change, wanted.metadata.name);
      assert.deepEqual(injected(change.after), injected(wanted));
    }
  });
}

test('fields that the injector does not know stay', { skip }, async () => {
  const { live: injectedOnes, answers } = caseNamed('deployment-plain');
  const [old] = injectedOnes;
  assert.ok(old);
  const template = templateOf(old);
  const spec = { ...objectAt(template.spec), ...LATER_FIELDS };
  const live = { ...old, spec: { ...objectAt(old.spec), template: { ...template, spec } } };
  const [change] = await planned([live], answers);
  assert.ok(change);
  const after = objectAt(templateOf(change.after).spec);
  for (const [field, value] of Object.entries(LATER_FIELDS)) assert.deepEqual(after[field], value, field);
});

test("without the target's istioctl they are named and left", { skip }, async () => {
  const { live } = caseNamed('deployment-plain');
  const flags = ['--snapshot', meshWith(live), '--phase', 'data-plane', '-n', 'shop'];
  const { out, exit } = await run(['plan', ...flags], { env: { PATH: folder.concat('/nowhere') } });
  assert.equal(exit, 0, out);
  assert.match(out, /its sidecar was injected by hand, and cannot be injected anew: .*istioctl/);
});

test('applied, the old sidecar is gone and the next plan is empty', { skip }, async () => {
  const { live, answers } = caseNamed('deployment-plain');
  const [change] = await planned(live, answers);
  assert.ok(change);
  const again = await planned([change.after], answers);
  assert.deepEqual(again, []);
});

/** Runs plan with these flags besides, on a mesh with one workload that was injected by hand. */
async function planWith(...flags: readonly string[]) {
  const { live, answers } = caseNamed('deployment-plain');
  const common = [
    '--snapshot',
    meshWith(live),
    '--phase',
    'data-plane',
    '-n',
    'shop',
    '--istioctl',
    standInIstioctl(folder, answers),
  ];
  return run(['plan', ...common, ...flags]);
}

function textFile(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('a configuration of your own is used with its tag moved, and that is told', { skip }, async () => {
  const values = JSON.parse(dataText('istio-1.2.0/injection/values.json'));
  const pinned = { ...values, global: { ...values.global, tag: '1.1.17' } };
  const config = textFile('inject.yaml', dataText('istio-1.2.0/injection/config.yaml'));
  const mesh = textFile('mesh-config.yaml', dataText('istio-1.2.0/injection/mesh.yaml'));
  const own = ['--inject-config', config, '--mesh-config', mesh];
  const { out, err, exit } = await planWith(...own, '--inject-values', textFile('values.json', JSON.stringify(pinned)));
  assert.equal(exit, 0, err);
  assert.match(out, /^note: .*1\.1\.17 becomes 1\.2\.0 for this injection \[inject-config-tag\]$/m);
  assert.match(out, /^~ update Deployment\.apps\/shop\/sleep/m);
});

test("a configuration in the other version's template language is refused with the reason", { skip }, async () => {
  const old = textFile('old.yaml', dataText('istio-1.1.17/injection/config.yaml'));
  const { err, exit } = await planWith('--inject-config', old);
  assert.equal(exit, 3, err);
  assert.match(err, /error: .*\[\[/);
});

test('from the original manifest, what the live object has besides is told', { skip }, async () => {
  const found = CASES.find(({ name }) => name === 'deployment-plain');
  const [original] = workloadsIn(found?.original ?? []);
  assert.ok(original);
  const bare = { ...original, metadata: { name: original.metadata.name, namespace: 'shop' } };
  const { out, exit } = await planWith('--original', textFile('original.yaml', stringify(bare)));
  assert.equal(exit, 0, out);
  assert.match(out, /the original .*metadata\.labels/);
});

/** The template and a CronJob's own annotations, by meaning: keyed lists by name, with what a server defaults. */
function injected(workload: K8sObject): Json {
  const template = templateOf(workload);
  const one = semantic(withDefaults(object('apps/v1', 'Deployment', 'shop/x', { spec: { template } })));
  const annotations = valueAt(workload, 'spec', 'jobTemplate', 'metadata', 'annotations') ?? {};
  return JSON.parse(JSON.stringify({ one, annotations }, (_key, value) => (isNamedList(value) ? keyed(value) : value)));
}

function isNamedList(value: Json | undefined): value is readonly JsonObject[] {
  return isArray(value) && value.length > 0 && value.every((item) => isObject(item) && typeof item.name === 'string');
}

function keyed(list: readonly JsonObject[]): JsonObject {
  return Object.fromEntries(list.map((item) => [String(item.name), item]));
}
