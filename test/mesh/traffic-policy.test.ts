import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { istio11 } from '../../src/hops/1.1-to-1.2/semantics.ts';
import { connection } from '../../src/mesh/mtls.ts';
import type { Component } from '../../src/mesh/traffic-policy.ts';
import { portAt, rule, service, serviceAt, tls, traffic } from './samples.ts';

const POOL = { tcp: { maxConnections: 7 } };
const L = { simple: 'RANDOM' };
const OUTLIER = { consecutiveErrors: 5 };
const ALL = { ...tls('ISTIO_MUTUAL'), connectionPool: POOL, loadBalancer: L, outlierDetection: OUTLIER };

/** What shop's clients do for a port of bar/foo under a rule with this spec. */
function client(port: number, spec: JsonObject, { subset = '', of = {} }: { subset?: string; of?: JsonObject } = {}) {
  const mesh = traffic([service('bar/foo', { spec: of }), rule('bar/foo', { host: 'foo', ...spec })], istio11);
  const foo = serviceAt(mesh, 'bar/foo');
  const found = connection(mesh, { client: 'shop', service: foo, port: portAt(foo, port), subset });
  if (found === undefined) throw new Error(`no connection to subset ${subset}`);
  return found.client;
}

function summary(port: number, spec: JsonObject, subset = ''): string {
  const answer = client(port, spec, { subset });
  return [answer.tls, answer.loadBalancer, answer.maxConnections ?? '-', answer.hasOutlierDetection].join(' ');
}

const origin = (port: number, spec: JsonObject, subset: string, component: Component = 'tls') =>
  client(port, spec, { subset }).from[component]?.at;

describe('the traffic policy of a rule', () => {
  it('leaves defaults where it says nothing', () => {
    assert.equal(summary(80, {}), 'PLAINTEXT ROUND_ROBIN - false');
    assert.equal(summary(80, { trafficPolicy: { loadBalancer: {} } }), 'PLAINTEXT ROUND_ROBIN - false');
  });

  it('counts for every port', () => {
    for (const port of [80, 8000]) assert.equal(summary(port, { trafficPolicy: ALL }), 'ISTIO_MUTUAL RANDOM 7 true');
  });

  it('knows every mode of TLS and of load balancing', () => {
    for (const mode of ['SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL']) {
      assert.equal(client(80, { trafficPolicy: tls(mode) }).tls, mode);
    }
    assert.equal(client(80, { trafficPolicy: { tls: {} } }).tls, 'PLAINTEXT');
    assert.equal(client(80, { trafficPolicy: { tls: { mode: 3 } } }).tls, 'ISTIO_MUTUAL');
    const hashed = { loadBalancer: { consistentHash: { useSourceIp: true } } };
    assert.equal(client(80, { trafficPolicy: hashed }).loadBalancer, 'CONSISTENT_HASH');
  });

  it('passes headless services through, whatever it says', () => {
    assert.equal(client(80, { trafficPolicy: ALL }, { of: { clusterIP: 'None' } }).loadBalancer, 'PASSTHROUGH');
  });

  it('is replaced as a whole by the first entry for the port, by number or by name', () => {
    const first = { port: { number: 8000 }, ...tls('SIMPLE') };
    const spec = { trafficPolicy: { ...ALL, portLevelSettings: [first, { port: { number: 8000 }, ...ALL }] } };
    assert.equal(summary(8000, spec), 'SIMPLE ROUND_ROBIN - false');
    assert.equal(summary(80, spec), 'ISTIO_MUTUAL RANDOM 7 true');
    const named = { trafficPolicy: { ...ALL, portLevelSettings: [{ port: { name: 'http-api' }, loadBalancer: L }] } };
    assert.equal(summary(8000, named), 'PLAINTEXT RANDOM - false');
  });

  it('is read in the spelling of the protobuf too', () => {
    const spec = { traffic_policy: { port_level_settings: [{ port: { number: 80 }, load_balancer: L }] } };
    assert.equal(summary(80, spec), 'PLAINTEXT RANDOM - false');
  });
});

describe('the traffic policy of a subset', () => {
  const withSubset = (trafficPolicy: JsonObject | undefined, top: JsonObject = ALL) => ({
    trafficPolicy: top,
    subsets: [{ name: 'v1', ...(trafficPolicy && { trafficPolicy }) }],
  });

  it('replaces the components that it has and keeps the others', () => {
    assert.equal(summary(80, withSubset(undefined), 'v1'), 'ISTIO_MUTUAL RANDOM 7 true');
    assert.equal(summary(80, withSubset(tls('DISABLE')), 'v1'), 'PLAINTEXT RANDOM 7 true');
    assert.equal(summary(80, withSubset({ connectionPool: { http: {} } }), 'v1'), 'ISTIO_MUTUAL RANDOM - true');
  });

  it("wins with its own tls over the rule's entry for the port", () => {
    const top = { portLevelSettings: [{ port: { number: 8000 }, ...tls('DISABLE') }] };
    assert.equal(client(8000, withSubset(tls('ISTIO_MUTUAL'), top), { subset: 'v1' }).tls, 'ISTIO_MUTUAL');
    assert.equal(client(8000, withSubset(tls('ISTIO_MUTUAL'), top)).tls, 'PLAINTEXT');
  });

  it("keeps the rule's tls where its own entry for the port has none", () => {
    const own = { ...tls('DISABLE'), portLevelSettings: [{ port: { number: 8000 }, loadBalancer: L }] };
    assert.equal(client(8000, withSubset(own), { subset: 'v1' }).tls, 'ISTIO_MUTUAL');
    assert.equal(client(80, withSubset(own), { subset: 'v1' }).tls, 'PLAINTEXT');
  });

  it('says which place of which rule each component comes from', () => {
    const entry = { portLevelSettings: [{ port: { number: 8000 }, ...tls('DISABLE') }] };
    assert.equal(origin(80, withSubset(undefined), ''), 'rule');
    assert.equal(origin(8000, withSubset(undefined, entry), ''), 'port');
    assert.equal(origin(80, withSubset(tls('SIMPLE')), 'v1'), 'subset');
    assert.equal(origin(8000, withSubset(entry), 'v1'), 'subset-port');
    assert.equal(origin(8000, withSubset(entry), 'v1', 'connectionPool'), 'rule');
    assert.equal(origin(80, { trafficPolicy: { loadBalancer: L } }, ''), undefined);
    assert.equal(client(80, { trafficPolicy: ALL }).from.tls?.rule.name, 'foo');
  });
});
