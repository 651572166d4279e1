import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import { LAST_APPLIED } from '../../src/core/last-applied.ts';
import { annotationsOf, type K8sObject } from '../../src/core/object.ts';
import type { Injector } from '../../src/injection/injector.ts';
import { podAnnotationsOf, podSpecOf, withField } from '../../src/injection/pod-template.ts';
import { reinject } from '../../src/injection/reinject.ts';
import { object } from '../objects.ts';
import { modelInject } from './model-injector.ts';
import { deployment, everyKind } from './workloads.ts';

const NEW = { tag: '1.2.0' };
const INPUT = { mesh: 'm', config: 'c', values: '{}' };

/** An injector of 1.2.0 that keeps what it was given, and refuses workloads whose pods say so. */
function injector(refuses = 'no such annotation'): Injector & { readonly given: (readonly K8sObject[])[] } {
  const given: (readonly K8sObject[])[] = [];
  return {
    version: { major: 1, minor: 2, patch: 0, suffix: '' },
    given,
    inject: async (workloads) => {
      given.push(workloads);
      const bad = workloads.find((one) => podAnnotationsOf(one)[refuses] !== undefined);
      if (bad !== undefined) throw new UpgradeError(`bad annotation ${refuses}`);
      return workloads.map((one) => modelInject(one, NEW));
    },
  };
}

const optionsOf = (one: Injector) => ({ injector: one, input: INPUT, old: () => ({ sdsTokenMount: false }) });
const ids = (problems: readonly { readonly id: string; readonly severity: string }[]) =>
  problems.map(({ id, severity }) => `${id} ${severity}`);

describe('injecting anew', () => {
  it('replaces the sidecar of every kind, with one call for all of them', async () => {
    const one = injector();
    const results = await reinject(
      everyKind().map((workload) => modelInject(workload)),
      optionsOf(one),
    );
    assert.deepEqual(
      results.map((result) => result.object),
      everyKind().map((workload) => modelInject(workload, NEW)),
    );
    assert.equal(one.given.length, 1);
  });

  it('gives the same again when it is done', async () => {
    const done = modelInject(deployment(), NEW);
    const [result] = await reinject([done], optionsOf(injector()));
    assert.deepEqual(result?.object, done);
  });

  it('passes over what has no sidecar, and then asks nobody', async () => {
    const one = injector();
    assert.deepEqual(await reinject([deployment(), object('v1', 'Service', 'shop/cart')], optionsOf(one)), []);
    assert.deepEqual(one.given, []);
  });

  it('shows the injector neither history nor state, and keeps both', async () => {
    const one = injector();
    const live = {
      ...modelInject(deployment()),
      metadata: { name: 'cart', namespace: 'shop', uid: 'u', annotations: { [LAST_APPLIED]: '{}', a: 'b' } },
      status: { replicas: 1 },
    };
    const [result] = await reinject([live], optionsOf(one));
    const [given] = one.given[0] ?? [];
    assert.deepEqual(given?.metadata, { name: 'cart', namespace: 'shop', annotations: { a: 'b' } });
    assert.equal(given?.status, undefined);
    assert.deepEqual(result?.object?.metadata, live.metadata);
    assert.deepEqual(result?.object?.status, live.status);
  });

  it('leaves a workload that wants no sidecar as it is, and says so', async () => {
    const one = injector();
    const live = modelInject(deployment({}, { annotations: { 'sidecar.istio.io/inject': 'false' } }));
    const [result] = await reinject([live], optionsOf(one));
    assert.equal(result?.object, undefined);
    assert.deepEqual(result?.removed, []);
    assert.deepEqual(ids(result?.problems ?? []), ['injection-unwanted warning']);
    assert.deepEqual(one.given, []);
  });

  it('is blocked by a proxy image of its own', async () => {
    const live = modelInject(deployment({}, { annotations: { 'sidecar.istio.io/proxyImage': 'mine/proxyv2:1.1.17' } }));
    const [result] = await reinject([live], optionsOf(injector()));
    assert.equal(result?.object, undefined);
    assert.deepEqual(ids(result?.problems ?? []), ['proxy-image blocker']);
  });

  it('leaves a workload whose probes are lost, and does not let the injector record the rewritten ones', async () => {
    const containers = [{ name: 'cart', readinessProbe: { httpGet: { path: '/', port: 'gone' } } }];
    const one = injector();
    const [result] = await reinject(
      [modelInject(deployment({ containers }), { rewritesProbes: true })],
      optionsOf(one),
    );
    assert.equal(result?.object, undefined);
    assert.deepEqual(ids(result?.problems ?? []), ['probe-lost warning']);
    assert.deepEqual(one.given, []);
  });

  it('tells whose annotation the injector refuses, and goes on with the others', async () => {
    const bad = modelInject(deployment({}, { annotations: { bad: 'x' } }));
    const good = everyKind().map((workload) => modelInject(workload));
    const results = await reinject([bad, ...good], optionsOf(injector('bad')));
    assert.deepEqual(ids(results[0]?.problems ?? []), ['injection-failed blocker']);
    assert.equal(results[0]?.object, undefined);
    assert.ok(results.slice(1).every((result) => result.object !== undefined && result.problems.length === 0));
  });

  it('stops when the injector refuses all of them for the same reason', async () => {
    const bad = everyKind({}, { annotations: { bad: 'x' } }).map((workload) => modelInject(workload));
    await assert.rejects(reinject(bad, optionsOf(injector('bad'))), /bad annotation bad/);
  });

  it('hands on errors that are none of the program', async () => {
    const broken: Injector = { ...injector(), inject: async () => Promise.reject(new TypeError('our own')) };
    await assert.rejects(reinject([modelInject(deployment())], optionsOf(broken)), /our own/);
  });

  it('says when the injector adds nothing', async () => {
    const live = withField(modelInject(deployment()), ['spec', 'template', 'spec', 'hostNetwork'], true);
    const [result] = await reinject([live], optionsOf(injector()));
    assert.equal(result?.object, undefined);
    assert.deepEqual(ids(result?.problems ?? []), ['not-injected warning']);
  });
});

describe('injecting an original manifest', () => {
  const live = modelInject(deployment({ tolerations: [{ operator: 'Exists' }] }));
  const manifest = object('extensions/v1beta1', 'Deployment', 'cart', { spec: deployment().spec ?? {} });
  const withOriginal = (original: K8sObject) => ({ ...optionsOf(injector()), originalOf: () => original });

  it('uses the manifest in the namespace of the live object and shows what it leaves out', async () => {
    const [result] = await reinject([live], withOriginal(manifest));
    assert.deepEqual(result?.object, modelInject(deployment(), NEW));
    assert.deepEqual(result?.missing, ['spec.template.spec.tolerations']);
  });

  it('takes an old sidecar out of the manifest first', async () => {
    const [result] = await reinject([live], withOriginal(modelInject(manifest)));
    assert.deepEqual(result?.object, modelInject(deployment(), NEW));
  });

  it('brings back what injection had destroyed', async () => {
    const containers = [{ name: 'cart', readinessProbe: { httpGet: { path: '/', port: 'gone' } } }];
    const original = deployment({ containers, dnsConfig: { nameservers: ['10.0.0.1'] } });
    const destroyed = modelInject(original, { rewritesProbes: true });
    const [result] = await reinject([destroyed], withOriginal(original));
    assert.ok(result?.object);
    assert.deepEqual(podSpecOf(result.object).dnsConfig, { nameservers: ['10.0.0.1'] });
    assert.deepEqual(result.problems, []);
    assert.deepEqual(annotationsOf(result.object), {});
  });

  it('leaves a workload whose manifest was injected and has lost its probes', async () => {
    const containers = [{ name: 'cart', readinessProbe: { httpGet: { path: '/', port: 'gone' } } }];
    const lost = modelInject(deployment({ containers }), { rewritesProbes: true });
    const [result] = await reinject([lost], withOriginal(lost));
    assert.equal(result?.object, undefined);
    assert.deepEqual(ids(result?.problems ?? []), ['probe-lost warning']);
  });
});
