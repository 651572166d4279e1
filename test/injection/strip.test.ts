import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JsonObject, valueAt, withValue } from '../../src/core/json.ts';
import { LAST_APPLIED } from '../../src/core/last-applied.ts';
import { isK8sObject, type K8sObject } from '../../src/core/object.ts';
import { podSpecOf } from '../../src/injection/pod-template.ts';
import { strip } from '../../src/injection/strip.ts';
import { object } from '../objects.ts';
import { modelInject } from './model-injector.ts';
import { cronJob, deployment, everyKind } from './workloads.ts';

const OLD = { sdsTokenMount: false };
const DNS = { searches: ['global', 'shop.global'] };

function set(workload: K8sObject, path: readonly string[], value: JsonObject | string): K8sObject {
  const next = withValue(workload, path, value);
  assert.ok(isK8sObject(next));
  return next;
}

function appliedFrom(workload: K8sObject, source: K8sObject): K8sObject {
  return set(workload, ['metadata', 'annotations'], { [LAST_APPLIED]: JSON.stringify(source) });
}

describe('taking a sidecar out', () => {
  for (const original of everyKind()) {
    it(`gives back a ${original.apiVersion} ${original.kind}, and leaves it alone then`, () => {
      const injected = modelInject(original);
      assert.notDeepEqual(injected, original);
      assert.deepEqual(strip(injected, OLD).object, original);
      assert.equal(strip(original, OLD).object, original);
    });
  }

  it('says what it took out', () => {
    assert.deepEqual(strip(modelInject(deployment()), OLD).removed, [
      'initContainers[name="istio-init"]',
      'containers[name="istio-proxy"]',
      'volumes[name="istio-envoy"]',
      'volumes[name="istio-certs"]',
      'annotations["sidecar.istio.io/status"]',
    ]);
  });

  it('does not touch the object that it is given', () => {
    const injected = modelInject(deployment({ containers: [probed] }), { rewritesProbes: true });
    const before = structuredClone(injected);
    strip(injected, OLD);
    assert.deepEqual(injected, before);
  });

  it('leaves kinds of other groups alone', () => {
    const foreign = object('batch.volcano.sh/v1alpha1', 'Job', 'shop/x', {
      spec: { template: podSpecOf(modelInject(deployment())) },
    });
    assert.equal(strip(foreign, OLD).object, foreign);
  });

  it('takes the status annotation of a CronJob from its job template, and keeps what else stands there', () => {
    const job = set(cronJob(), ['spec', 'jobTemplate', 'metadata'], {
      labels: { team: 'a' },
      annotations: { note: 'x' },
    });
    assert.deepEqual(strip(modelInject(job), OLD).object, job);
    assert.deepEqual(strip(modelInject(cronJob()), OLD).object, cronJob());
  });

  it('reads the status of a CronJob wherever it stands, and takes it away everywhere', () => {
    const injected = modelInject(cronJob({ volumes: [{ name: 'own', emptyDir: {} }] }), { withoutStatus: true });
    const status = { 'sidecar.istio.io/status': JSON.stringify({ containers: ['istio-proxy'], volumes: ['own'] }) };
    const template = ['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'annotations'];
    for (const path of [['spec', 'jobTemplate', 'metadata', 'annotations'], template]) {
      const { object: bare } = strip(set(injected, path, status), OLD);
      assert.equal(JSON.stringify(bare).includes('"own"'), false);
      assert.equal(JSON.stringify(bare).includes('sidecar.istio.io/status'), false);
    }
  });

  it('keeps every annotation that steers the next injection', () => {
    const annotations = {
      'sidecar.istio.io/inject': 'true',
      'sidecar.istio.io/proxyCPU': '1',
      'traffic.sidecar.istio.io/includeInboundPorts': '80',
      'sidecar.istio.io/userVolume': '{"certs":{"secret":{"secretName":"x"}}}',
    };
    const original = deployment({}, { annotations });
    assert.deepEqual(strip(modelInject(original), OLD).object, original);
  });

  it('goes by the names of the status, whatever they are', () => {
    const status = {
      initContainers: null,
      containers: ['istio-proxy', 'agent'],
      volumes: ['mine'],
      imagePullSecrets: null,
    };
    const containers = [{ name: 'cart' }, { name: 'istio-proxy', args: ['proxy', 'sidecar'] }, { name: 'agent' }];
    const injected = deployment(
      { initContainers: [{ name: 'istio-init' }], containers, volumes: [{ name: 'mine' }, { name: 'istio-envoy' }] },
      { annotations: { 'sidecar.istio.io/status': JSON.stringify(status) } },
    );
    const bare = podSpecOf(strip(injected, OLD).object);
    const left = {
      initContainers: [{ name: 'istio-init' }],
      containers: [{ name: 'cart' }],
      volumes: [{ name: 'istio-envoy' }],
    };
    assert.deepEqual(bare, left);
  });

  it('goes by the names that injectors always used where the status is missing, unreadable, or names nothing', () => {
    const original = deployment();
    const injected = modelInject(original, { coreDump: true, withoutStatus: true });
    assert.deepEqual(strip(injected, OLD).object, original);
    const path = ['spec', 'template', 'metadata', 'annotations'];
    for (const text of ['', 'yes', '{"containers":null,"volumes":[]}']) {
      const odd = set(injected, path, { 'sidecar.istio.io/status': text });
      assert.deepEqual(strip(odd, OLD).object, original);
    }
  });

  it('without a status takes volumes of SDS out unless the application mounts them', () => {
    const original = deployment();
    const injected = modelInject(original, { sds: true, withoutStatus: true });
    assert.deepEqual(strip(injected, { sdsTokenMount: true }).object, original);
    const mount = { name: 'cart', volumeMounts: [{ name: 'istio-token', mountPath: '/t' }] };
    const user = modelInject(deployment({ containers: [mount] }), { sds: true, withoutStatus: true });
    const volumes = valueAt(podSpecOf(strip(user, { sdsTokenMount: true }).object), 'volumes');
    assert.deepEqual(
      [volumes].flat().map((one) => valueAt(one, 'name')),
      ['istio-token'],
    );
  });

  it('takes the only container out where that is the sidecar', () => {
    const bare = strip(modelInject(deployment({ containers: [] })), OLD).object;
    assert.equal(podSpecOf(bare).containers, undefined);
  });

  it('keeps pull secrets, unless a webhook added them to a pod and its applied configuration has none', () => {
    const status = JSON.stringify({ containers: ['istio-proxy'], imagePullSecrets: ['registry'] });
    const annotations = { 'sidecar.istio.io/status': status };
    const containers = [{ name: 'cart' }, { name: 'istio-proxy', args: ['proxy', 'sidecar'] }];
    const secrets = { imagePullSecrets: [{ name: 'own' }, { name: 'registry' }] };
    const injected = deployment({ containers, ...secrets }, { annotations });
    assert.deepEqual(podSpecOf(strip(injected, OLD).object).imagePullSecrets, secrets.imagePullSecrets);
    const known = appliedFrom(injected, deployment({ imagePullSecrets: [{ name: 'own' }] }));
    assert.deepEqual(podSpecOf(strip(known, OLD).object).imagePullSecrets, [{ name: 'own' }]);
  });
});

const probed = {
  name: 'cart',
  ports: [{ name: 'http', containerPort: 8080 }],
  readinessProbe: {
    httpGet: { path: '/ready', port: 'http', httpHeaders: [{ name: 'A', value: 'b' }] },
    periodSeconds: 7,
  },
  livenessProbe: { httpGet: { path: '/live', port: 8443, scheme: 'HTTPS' } },
};

describe('probes that injection rewrote', () => {
  it('ask the application again, at a named port by its number', () => {
    const injected = modelInject(deployment({ containers: [probed] }), { rewritesProbes: true });
    const live = valueAt(podSpecOf(injected), 'containers', 0, 'livenessProbe', 'httpGet');
    assert.deepEqual(live, { path: '/app-health/cart/livez', port: 15020, scheme: 'HTTP' });
    const { object: bare, removed, isClean } = strip(injected, OLD);
    const readinessProbe = { ...probed.readinessProbe, httpGet: { ...probed.readinessProbe.httpGet, port: 8080 } };
    assert.deepEqual(podSpecOf(bare).containers, [{ ...probed, readinessProbe }]);
    assert.ok(removed.includes('containers[name="cart"].livenessProbe'));
    assert.equal(isClean, true);
  });

  it('stay as somebody has set them since', () => {
    const injected = modelInject(deployment({ containers: [probed] }), { rewritesProbes: true });
    const spec = podSpecOf(injected);
    const changed = { ...probed, livenessProbe: { tcpSocket: { port: 1 } } };
    const containers = [changed, ...[spec.containers ?? []].flat().slice(1)];
    const { object: bare } = strip(set(injected, ['spec', 'template', 'spec'], { ...spec, containers }), OLD);
    assert.deepEqual(valueAt(podSpecOf(bare), 'containers', 0, 'livenessProbe'), changed.livenessProbe);
  });

  it('are found in the record of later releases too', () => {
    const record = { '/app-health/cart/readyz': { httpGet: { path: '/ready', port: 80 }, timeoutSeconds: 1 } };
    const env = [{ name: 'ISTIO_KUBE_APP_PROBERS', value: JSON.stringify(record) }];
    const rewritten = { httpGet: { path: '/app-health/cart/readyz', port: 15020 }, timeoutSeconds: 1 };
    const containers = [
      { name: 'cart', readinessProbe: rewritten },
      { name: 'istio-proxy', args: ['proxy', 'sidecar'], env },
    ];
    const bare = podSpecOf(strip(deployment({ containers }), OLD).object);
    const readinessProbe = { httpGet: { path: '/ready', port: 80 }, timeoutSeconds: 1 };
    assert.deepEqual(bare.containers, [{ name: 'cart', readinessProbe }]);
  });

  it('are a problem where nobody knows what they asked', () => {
    const unresolved = { name: 'cart', readinessProbe: { httpGet: { path: '/ready', port: 'no-such-port' } } };
    const injected = modelInject(deployment({ containers: [unresolved] }), { rewritesProbes: true });
    const { problems, isClean } = strip(injected, OLD);
    assert.equal(isClean, false);
    assert.deepEqual(
      problems.map(({ id, message }) => [id, message.split(' ')[0]]),
      [['probe-lost', 'containers[name="cart"].readinessProbe']],
    );
  });
});

describe('fields that injection overwrites', () => {
  it("keeps a dnsConfig that is not the injector's", () => {
    const own = modelInject(deployment(), { dns: { nameservers: ['10.0.0.1'] } });
    for (const injectedDns of [undefined, DNS]) {
      const { object: bare, problems } = strip(own, { ...OLD, injectedDns });
      assert.deepEqual(podSpecOf(bare).dnsConfig, { nameservers: ['10.0.0.1'] });
      assert.deepEqual(problems, []);
    }
  });

  it("takes the injector's dnsConfig out and says that there may have been another", () => {
    const { object: bare, problems } = strip(modelInject(deployment(), { dns: DNS }), { ...OLD, injectedDns: DNS });
    assert.deepEqual(bare, deployment());
    assert.deepEqual(
      problems.map(({ id, severity }) => [id, severity]),
      [['injection-overwrote', 'note']],
    );
  });

  it('puts back the dnsConfig of the applied configuration, also where injection left none', () => {
    const original = deployment({ dnsConfig: { nameservers: ['10.0.0.1'] } });
    for (const dns of [undefined, DNS]) {
      const live = appliedFrom(modelInject(original, { dns }), original);
      const { object: bare, problems } = strip(live, { ...OLD, injectedDns: dns });
      assert.deepEqual(podSpecOf(bare), podSpecOf(original));
      assert.equal(problems.length, 1);
      assert.match(problems[0]?.message ?? '', /had overwritten dnsConfig/);
    }
  });

  it('learns nothing from an applied configuration that was injected', () => {
    const injected = modelInject(deployment(), { dns: DNS });
    const { object: bare, problems } = strip(appliedFrom(injected, injected), { ...OLD, injectedDns: DNS });
    assert.equal(podSpecOf(bare).dnsConfig, undefined);
    assert.match(problems[0]?.message ?? '', /cannot be known/);
  });

  it('takes a securityContext out only when it is exactly the one of SDS and SDS is on', () => {
    const injected = modelInject(deployment(), { sds: true });
    const { object: bare, problems } = strip(injected, { sdsTokenMount: true });
    assert.deepEqual(bare, deployment());
    assert.deepEqual(
      problems.map(({ severity }) => severity),
      ['warning'],
    );
    assert.deepEqual(podSpecOf(strip(injected, OLD).object).securityContext, { fsGroup: 1337 });
    const own = modelInject(deployment({ securityContext: { fsGroup: 1337, runAsUser: 5 } }));
    const kept = strip(own, { sdsTokenMount: true });
    assert.deepEqual(podSpecOf(kept.object).securityContext, { fsGroup: 1337, runAsUser: 5 });
  });

  it('puts back the securityContext of the applied configuration', () => {
    const original = deployment({ securityContext: { runAsUser: 7 } });
    const live = appliedFrom(modelInject(original, { sds: true }), original);
    assert.deepEqual(podSpecOf(strip(live, { sdsTokenMount: true }).object), podSpecOf(original));
  });

  it('keeps what the applied configuration has in common with the injector, without a word', () => {
    const original = deployment({ dnsConfig: DNS, securityContext: { fsGroup: 1337 } });
    const live = appliedFrom(modelInject(original, { dns: DNS, sds: true }), original);
    const { object: bare, removed, problems } = strip(live, { injectedDns: DNS, sdsTokenMount: true });
    assert.deepEqual(podSpecOf(bare), podSpecOf(original));
    assert.deepEqual(problems, []);
    assert.equal(removed.includes('dnsConfig') || removed.includes('securityContext'), false);
  });

  it('does not put back what somebody else has taken out', () => {
    const source = deployment({ dnsConfig: { nameservers: ['10.0.0.1'] }, securityContext: { runAsUser: 7 } });
    const live = appliedFrom(modelInject(deployment()), source);
    const { object: bare, problems } = strip(live, { ...OLD, injectedDns: DNS });
    assert.deepEqual(podSpecOf(bare), podSpecOf(deployment()));
    assert.deepEqual(problems, []);
  });
});
