import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { K8sObject } from '../../src/core/object.ts';
import { istio11, istio12 } from '../../src/hops/1.1-to-1.2/semantics.ts';
import { leaksAmong } from '../../src/mesh/leaks.ts';
import type { Semantics } from '../../src/mesh/semantics.ts';
import { rule, tls, traffic } from './samples.ts';

const HOST = 'foo.bar.svc.cluster.local';
const V1 = { subsets: [{ name: 'v1' }] };
const V2 = { subsets: [{ name: 'v2' }] };
const POLICY = { trafficPolicy: tls('DISABLE') };
const HIDDEN = { exportTo: ['.'] };

function leaks(objects: readonly K8sObject[], semantics: Semantics = istio12): readonly string[] {
  return leaksAmong(traffic(objects, semantics).rules, semantics).map(
    ({ from, into, why }) => `${from.namespace}/${from.name} into ${into.namespace}/${into.name}: ${why}`,
  );
}

describe('leaks between rules of one host', () => {
  it('go from later rules of other namespaces into the oldest that others see', () => {
    const rules = [
      rule('bar/old', { host: 'foo', ...V1, ...HIDDEN }, 9),
      rule('bar/seen', { host: 'foo', ...V1 }, 8),
      rule('shop/later', { host: HOST, ...V2 }),
    ];
    assert.deepEqual(leaks(rules), ['shop/later into bar/seen: namespaces']);
  });

  it('go from later private rules into an older one of the same namespace that others see', () => {
    const open = rule('bar/open', { host: 'foo', ...V1 }, 9);
    const hidden = rule('bar/hidden', { host: 'foo', ...V2, ...HIDDEN });
    assert.deepEqual(leaks([open, hidden]), ['bar/hidden into bar/open: visibility']);
    const first = rule('bar/hidden', { host: 'foo', ...V2, ...HIDDEN }, 10);
    assert.deepEqual(leaks([open, first]), []);
  });

  it('do not happen between private rules, different hosts, or where there is nothing to add', () => {
    const old = rule('bar/foo', { host: 'foo', ...V1, ...POLICY }, 9);
    assert.deepEqual(leaks([old, rule('shop/foo', { host: HOST, ...V2, ...HIDDEN })]), []);
    assert.deepEqual(leaks([old, rule('shop/foo', { host: '*.local', ...V2 })]), []);
    assert.deepEqual(leaks([old, rule('shop/foo', { host: HOST, ...V1, ...POLICY })]), []);
  });

  it('are no name for the ordinary merge of rules that others see, within one namespace', () => {
    assert.deepEqual(leaks([rule('bar/old', { host: 'foo', ...V1 }, 9), rule('bar/new', { host: 'foo', ...V2 })]), []);
  });

  it('carry a traffic policy where the version merges one', () => {
    const rules = [rule('bar/foo', { host: 'foo', ...V1 }, 9), rule('shop/foo', { host: HOST, ...POLICY })];
    assert.deepEqual([leaks(rules, istio11).length, leaks(rules, istio12).length], [0, 1]);
  });
});
