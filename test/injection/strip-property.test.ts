import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isArray, type JsonObject } from '../../src/core/json.ts';
import { LAST_APPLIED } from '../../src/core/last-applied.ts';
import { annotationsOf, type K8sObject } from '../../src/core/object.ts';
import { graft } from '../../src/injection/graft.ts';
import { podSpecOf, podTemplateOf, withField } from '../../src/injection/pod-template.ts';
import { strip } from '../../src/injection/strip.ts';
import { modelInject, resolvedPorts } from './model-injector.ts';
import { everyKind } from './workloads.ts';

const DNS = { searches: ['global'] };

const name = fc.constantFrom('cart', 'orders', 'web', 'istio', 'proxy', 'metrics');
const port = fc.integer({ min: 1, max: 65535 });
const probe = fc.oneof(
  fc.record({ tcpSocket: fc.record({ port }) }),
  fc.record(
    {
      httpGet: fc.record(
        {
          path: fc.constantFrom('/', '/healthz'),
          port: fc.oneof(port, fc.constant('http')),
          scheme: fc.constantFrom('HTTP', 'HTTPS'),
        },
        { requiredKeys: ['path', 'port'] },
      ),
      periodSeconds: fc.integer({ min: 1, max: 60 }),
    },
    { requiredKeys: ['httpGet'] },
  ),
);
const container = fc.record(
  {
    name,
    image: fc.constantFrom('a:1', 'b:2'),
    ports: fc.constant([{ name: 'http', containerPort: 8080 }]),
    readinessProbe: probe,
    livenessProbe: probe,
    startupProbe: fc.record({ tcpSocket: fc.record({ port }) }),
    env: fc.array(fc.record({ name: fc.constantFrom('A', 'B'), value: fc.string() }), { maxLength: 2 }),
  },
  { requiredKeys: ['name', 'image', 'ports'] },
);
const named = (items: fc.Arbitrary<JsonObject>, minLength: number) =>
  fc.uniqueArray(items, { selector: (item) => item.name, minLength, maxLength: 3 });
const spec: fc.Arbitrary<JsonObject> = fc.record(
  {
    containers: named(container, 1),
    initContainers: named(fc.record({ name, image: fc.constant('init:1') }), 1),
    volumes: named(fc.record({ name, emptyDir: fc.constant({}) }), 1),
    serviceAccountName: fc.constantFrom('cart', 'default'),
    imagePullSecrets: fc.constant([{ name: 'registry' }]),
    topologySpreadConstraints: fc.constant([{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }]),
    tolerations: fc.constant([{ operator: 'Exists' }]),
  },
  { requiredKeys: ['containers'] },
);
const overwritable: fc.Arbitrary<JsonObject> = fc.record(
  {
    dnsConfig: fc.constantFrom<JsonObject>({ nameservers: ['10.0.0.1'] }, DNS),
    securityContext: fc.constantFrom<JsonObject>({ runAsUser: 5 }, { fsGroup: 1337 }, { fsGroup: 1337, runAsUser: 5 }),
  },
  { requiredKeys: [] },
);
const metadata: fc.Arbitrary<JsonObject> = fc.record(
  { annotations: fc.constant({ 'sidecar.istio.io/proxyCPU': '1', note: 'x' }), creationTimestamp: fc.constant(null) },
  { requiredKeys: [] },
);
const options = fc.record({
  rewritesProbes: fc.boolean(),
  sds: fc.boolean(),
  dns: fc.constantFrom<JsonObject | undefined>(undefined, DNS),
  coreDump: fc.boolean(),
  withoutInit: fc.boolean(),
  withoutStatus: fc.boolean(),
});
const kind = fc.integer({ min: 0, max: everyKind().length - 1 });

function workloadOf(index: number, podSpec: JsonObject, podMetadata: JsonObject): K8sObject {
  const workload = everyKind(podSpec, podMetadata)[index];
  assert.ok(workload);
  return workload;
}

function withNumberedPorts(workload: K8sObject): K8sObject {
  const template = podTemplateOf(workload);
  const { containers } = podSpecOf(workload);
  assert.ok(template && isArray(containers));
  return withField(workload, [...template.spec, 'containers'], containers.map(resolvedPorts));
}

function withApplied(workload: K8sObject, applied: string): K8sObject {
  const annotations = { ...annotationsOf(workload), [LAST_APPLIED]: applied };
  return withField(workload, ['metadata', 'annotations'], annotations);
}

test('what is injected and taken out again is what it was', () => {
  fc.assert(
    fc.property(kind, spec, metadata, options, (index, podSpec, podMetadata, how) => {
      const original = workloadOf(index, podSpec, podMetadata);
      const old = { injectedDns: how.dns, sdsTokenMount: how.sds };
      const once = strip(modelInject(original, how), old);
      assert.deepEqual(once.object, how.rewritesProbes ? withNumberedPorts(original) : original);
      assert.equal(strip(once.object, old).object, once.object);
    }),
    { numRuns: 500 },
  );
});

test('what injection overwrites comes back from the configuration that was applied', () => {
  fc.assert(
    fc.property(kind, spec, overwritable, options, (index, podSpec, extra, how) => {
      const plain = workloadOf(index, { ...podSpec, ...extra }, {});
      const original = withApplied(plain, JSON.stringify(plain));
      const bare = strip(modelInject(original, how), { injectedDns: how.dns, sdsTokenMount: how.sds }).object;
      const wanted = how.rewritesProbes ? withNumberedPorts(original) : original;
      assert.deepEqual(podSpecOf(bare), podSpecOf(wanted));
    }),
    { numRuns: 500 },
  );
});

test('what is grafted from an injector that forgets fields is what a whole one makes', () => {
  fc.assert(
    fc.property(kind, spec, metadata, options, (index, podSpec, podMetadata, how) => {
      const original = workloadOf(index, podSpec, podMetadata);
      const { topologySpreadConstraints: _, tolerations: __, ...known } = podSpec;
      const answer = modelInject(workloadOf(index, known, podMetadata), how);
      assert.deepEqual(graft(original, answer).object, modelInject(original, how));
    }),
    { numRuns: 500 },
  );
});
