import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { K8sObject } from '../../src/core/object.ts';
import { istio11, istio12 } from '../../src/hops/1.1-to-1.2/semantics.ts';
import type { Semantics } from '../../src/mesh/semantics.ts';
import { clientRule } from '../../src/mesh/traffic.ts';
import { meshConfigMap, rule, service, serviceAt, tls, traffic } from './samples.ts';

const FOO = 'foo.bar.svc.cluster.local';
const PLAIN = { trafficPolicy: tls('DISABLE') };
const MUTUAL = { trafficPolicy: tls('ISTIO_MUTUAL') };

function found(client: string, objects: readonly K8sObject[], semantics: Semantics = istio11) {
  const mesh = traffic([service('bar/foo'), ...objects], semantics);
  return clientRule(mesh, serviceAt(mesh, 'bar/foo'), client);
}

const names = (client: string, objects: readonly K8sObject[], semantics: Semantics = istio11) =>
  found(client, objects, semantics)?.rules.map(({ name }) => name);

describe('the rule that a client follows', () => {
  const root = rule('istio-system/mesh', { host: '*.local', ...MUTUAL });
  const local = rule('shop/client', { host: '*.bar.svc.cluster.local', ...PLAIN });
  const own = rule('bar/service', { host: 'foo', ...PLAIN });

  it("is its own namespace's, else the service's, else the root namespace's, and there may be none", () => {
    assert.equal(names('shop', []), undefined);
    assert.deepEqual(names('shop', [root]), ['mesh']);
    assert.deepEqual(names('shop', [root, own]), ['service']);
    assert.deepEqual(names('shop', [root, own, local]), ['client']);
    assert.deepEqual(names('other', [root, own, local]), ['service']);
  });

  it("is not its own namespace's when that is the root namespace", () => {
    assert.deepEqual(names('istio-system', [root, own]), ['service']);
    assert.deepEqual(names('istio-system', [root]), ['mesh']);
  });

  it('comes from the root namespace that the mesh configuration names', () => {
    const elsewhere = rule('mesh-config/all', { host: '*', ...MUTUAL });
    assert.deepEqual(names('shop', [meshConfigMap('rootNamespace: mesh-config'), root, elsewhere]), ['all']);
  });

  it('is the most specific one within a namespace, however much else another namespace says', () => {
    const rules = ['*', '*.local', '*.bar.svc.cluster.local', FOO].map((host, index) =>
      rule(`shop/r${index}`, { host, ...PLAIN }),
    );
    assert.deepEqual(names('shop', rules), ['r3']);
    assert.deepEqual(names('shop', [...rules.slice(0, 2), own]), ['r1']);
  });

  it('never has a host like `foo.bar`, which names no service', () => {
    assert.equal(names('shop', [rule('bar/short', { host: 'foo.bar', ...PLAIN })]), undefined);
    assert.equal(names('shop', [rule('shop/short', { host: 'foo', ...PLAIN })]), undefined);
  });

  it('is not a private one of another namespace', () => {
    const hidden = rule('bar/service', { host: 'foo', exportTo: ['.'], ...PLAIN });
    assert.deepEqual(names('shop', [root, hidden]), ['mesh']);
    assert.deepEqual(names('bar', [root, hidden]), ['service']);
    const config = meshConfigMap('defaultDestinationRuleExportTo: ["."]');
    assert.equal(names('shop', [config, root, own]), undefined);
    assert.deepEqual(names('shop', [config, rule('bar/open', { host: 'foo', exportTo: ['*'], ...PLAIN })]), ['open']);
    assert.deepEqual(names('shop', [rule('bar/odd', { host: 'foo', exportTo: ['shop'], ...PLAIN })]), ['odd']);
  });
});

describe('several rules of one host in a namespace', () => {
  const subsets = (...all: string[]) => ({ subsets: all.map((name) => ({ name, labels: { version: name } })) });

  it('are merged from the oldest to the youngest, by name within a second', () => {
    const rules = [
      rule('bar/young', { host: FOO }),
      rule('bar/b', { host: 'foo' }, 9),
      rule('bar/a', { host: 'foo' }, 9),
    ];
    assert.deepEqual(names('shop', rules), ['a', 'b', 'young']);
  });

  it('add subsets of new names', () => {
    const merged = found('shop', [
      rule('bar/old', { host: 'foo', ...subsets('v1') }, 9),
      rule('bar/new', { host: 'foo', ...subsets('v1', 'v2') }),
    ]);
    assert.deepEqual(
      [...(merged?.subsets.values() ?? [])].map((subset) => [subset.name, subset.rule.name]),
      [
        ['v1', 'old'],
        ['v2', 'new'],
      ],
    );
  });

  it('give the traffic policy of the oldest that has one', () => {
    const rules = [rule('bar/old', { host: 'foo', ...PLAIN }, 9), rule('bar/new', { host: 'foo', ...MUTUAL })];
    for (const semantics of [istio11, istio12]) assert.equal(found('shop', rules, semantics)?.policy?.rule.name, 'old');
  });

  it("give a later one's traffic policy in 1.2, and in 1.1 only if it has subsets itself", () => {
    const old = rule('bar/old', { host: 'foo', ...subsets('v1') }, 9);
    const bare = rule('bar/bare', { host: 'foo', ...PLAIN });
    const full = rule('bar/full', { host: 'foo', ...subsets('v1'), ...MUTUAL });
    const giver = (rules: readonly K8sObject[], semantics: Semantics) =>
      found('shop', rules, semantics)?.policy?.rule.name;
    assert.deepEqual([giver([old, bare], istio11), giver([old, bare], istio12)], [undefined, 'bare']);
    assert.deepEqual([giver([old, full], istio11), giver([old, full], istio12)], ['full', 'full']);
    assert.deepEqual([giver([old, bare, full], istio11), giver([old, bare, full], istio12)], ['full', 'bare']);
  });

  it('count without the private ones for clients elsewhere', () => {
    const rules = [
      rule('bar/hidden', { host: 'foo', exportTo: ['.'], ...PLAIN }, 9),
      rule('bar/open', { host: 'foo', ...MUTUAL }),
    ];
    assert.deepEqual(names('bar', rules), ['hidden', 'open']);
    assert.deepEqual(names('shop', rules), ['open']);
  });
});

describe('rules with subset labels that 1.2 does not accept', () => {
  const mcp = meshConfigMap('configSources: [{address: galley}]');
  const labelled = (key: string, value: string) =>
    rule('bar/foo', { host: 'foo', subsets: [{ name: 'v1', labels: { [key]: value } }] });
  const counts = (object: K8sObject, semantics: Semantics) => names('shop', [mcp, object], semantics) !== undefined;

  it('are dropped by 1.2 alone', () => {
    for (const [key, value] of [
      ['app.kubernetes.io/version', 'v1'],
      ['version', 'v1.'],
    ] as const) {
      assert.equal(counts(labelled(key, value), istio11), true, key);
      assert.equal(counts(labelled(key, value), istio12), false, key);
    }
    assert.equal(counts(labelled('version', ''), istio11), true);
    assert.equal(counts(labelled('version', ''), istio12), true);
  });

  it('are listed, and stay where Pilot does not validate again', () => {
    const bad = labelled('a/b', 'v1');
    assert.deepEqual(
      traffic([mcp, bad], istio12).dropped.map(({ object }) => object),
      [bad],
    );
    assert.deepEqual(traffic([bad], istio12).dropped, []);
    assert.deepEqual(names('shop', [bad], istio12), ['foo']);
  });
});
