import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { istio11, istio12 } from '../../src/hops/1.1-to-1.2/semantics.ts';
import { type Effect, effects } from '../../src/mesh/effects.ts';
import { policy, rule, service, tls, traffic } from './samples.ts';

const ONE_PORT = { spec: { ports: [{ name: 'http', port: 80 }] } };
const FOO = service('bar/foo', ONE_PORT);
const CLIENTS = ['bar', 'shop'];

function compare(before: readonly K8sObject[], after: readonly K8sObject[]): readonly Effect[] {
  return effects(traffic([FOO, ...before], istio11), traffic([FOO, ...after], istio12), CLIENTS);
}

const texts = (all: readonly Effect[]) =>
  all.map(({ service: { name }, port, subset, clients, verdict }) =>
    [`${name}:${port.number}`, ...(subset === '' ? [] : [subset]), clients.join('+'), verdict].join(' '),
  );

const server = (peers: readonly JsonObject[], rest: JsonObject = {}) => policy('bar/default', { peers, ...rest });
const client = (trafficPolicy: JsonObject) => rule('bar/foo', { host: 'foo', trafficPolicy });
const STRICT = server([{ mtls: {} }]);
const PERMISSIVE = server([{ mtls: { mode: 'PERMISSIVE' } }]);
const MUTUAL = client(tls('ISTIO_MUTUAL'));
const PLAIN = client(tls('DISABLE'));

describe('effects', () => {
  it('are the same for a mesh that stays as it is', () => {
    assert.deepEqual(texts(compare([STRICT, MUTUAL], [STRICT, MUTUAL])), ['foo:80 bar+shop same']);
  });

  it('are weaker or stricter when one side is and the other is not the opposite', () => {
    const verdict = (before: readonly K8sObject[], after: readonly K8sObject[]) => compare(before, after)[0]?.verdict;
    assert.equal(verdict([STRICT, MUTUAL], [PERMISSIVE, MUTUAL]), 'weaker');
    assert.equal(verdict([PERMISSIVE, MUTUAL], [PERMISSIVE, PLAIN]), 'weaker');
    assert.equal(verdict([PERMISSIVE], [PERMISSIVE, client(tls('SIMPLE'))]), 'stricter');
    assert.equal(verdict([PLAIN], [STRICT, MUTUAL]), 'stricter');
    assert.equal(verdict([STRICT, PLAIN], [PERMISSIVE, MUTUAL]), 'changed');
    assert.equal(verdict([MUTUAL], [client(tls('MUTUAL'))]), 'changed');
    assert.equal(verdict([], [PLAIN]), 'same');
  });

  it('are changed when an ambiguous policy comes in or becomes another, and the same when it stays', () => {
    const a = policy('bar/a', { targets: [{ name: 'foo' }], peers: [] });
    const b = policy('bar/b', { targets: [{ name: 'foo' }], peers: [{ mtls: {} }] });
    const c = policy('bar/c', { targets: [{ name: 'foo' }], peers: [{ mtls: { mode: 'PERMISSIVE' } }] });
    assert.deepEqual(
      [compare([a], [a, b]), compare([a, b], [a, c]), compare([a, b], [a, b])].map((all) => all[0]?.verdict),
      ['changed', 'changed', 'same'],
    );
  });

  it('tell what was in force before and after, and which rule said so', () => {
    const [effect] = compare([STRICT, MUTUAL], [STRICT, PLAIN]);
    assert.deepEqual([effect?.before?.client.tls, effect?.after?.client.tls], ['ISTIO_MUTUAL', 'PLAINTEXT']);
    assert.deepEqual([effect?.before?.conflict, effect?.after?.conflict], [undefined, 'strict-server']);
    assert.equal(effect?.before?.client.rule?.rules[0].object, MUTUAL);
  });

  it('tell apart clients that follow different rules', () => {
    const local = rule('shop/foo', { host: 'foo.bar.svc.cluster.local', trafficPolicy: tls('ISTIO_MUTUAL') });
    assert.deepEqual(texts(compare([local], [local, PLAIN])), ['foo:80 bar same', 'foo:80 shop same']);
    assert.deepEqual(texts(compare([MUTUAL], [MUTUAL, local])), ['foo:80 bar same', 'foo:80 shop same']);
    assert.deepEqual(texts(compare([local], [])), ['foo:80 bar same', 'foo:80 shop weaker']);
  });

  it('have services, ports and subsets that exist on one side only', () => {
    const more = service('bar/foo', { spec: { ports: [{ port: 80 }, { port: 90 }] } });
    const subset = rule('bar/foo', { host: 'foo', subsets: [{ name: 'v1' }] });
    const web = service('bar/web', ONE_PORT);
    assert.deepEqual(texts(compare([], [more, subset])), [
      'foo:80 bar+shop same',
      'foo:80 v1 bar+shop new',
      'foo:90 bar+shop new',
      'foo:90 v1 bar+shop new',
    ]);
    assert.deepEqual(texts(compare([web], [])), ['foo:80 bar+shop same', 'web:80 bar+shop gone']);
  });

  it('leave out clients that do not see the service, and UDP', () => {
    const annotations = { 'networking.istio.io/exportTo': '.' };
    const udp = { port: 53, name: 'dns', protocol: 'UDP' };
    const dns = { spec: { ports: [udp, { port: 53, name: 'dns-tcp' }, { ...udp, port: 54 }] } };
    const hidden = service('bar/foo', { metadata: { annotations }, ...dns });
    const all = compare([hidden], [hidden]);
    assert.deepEqual(texts(all), ['foo:53 bar same']);
    assert.equal(all[0]?.port.name, 'dns-tcp');
  });

  it('show what an upgrade alone brings into force', () => {
    const rules = [
      rule('bar/old', { host: 'foo', subsets: [{ name: 'v1', labels: {} }] }, 9),
      rule('bar/new', { host: 'foo', trafficPolicy: { ...tls('ISTIO_MUTUAL'), loadBalancer: { simple: 'RANDOM' } } }),
    ];
    const all = compare(rules, rules);
    assert.deepEqual(texts(all), ['foo:80 bar+shop stricter', 'foo:80 v1 bar+shop stricter']);
    assert.deepEqual(all[0]?.settings, ['tls', 'loadBalancer']);
    assert.equal(all[0]?.after?.conflict, 'plaintext-server');
  });

  it('name settings that change without a change of protection', () => {
    const pool = (maxConnections: number) => client({ connectionPool: { tcp: { maxConnections } } });
    const [effect] = compare([pool(1)], [pool(2)]);
    assert.deepEqual([effect?.verdict, effect?.settings], ['same', ['connectionPool']]);
    const sni = client({ tls: { mode: 'ISTIO_MUTUAL', sni: 'x' } });
    assert.deepEqual(compare([MUTUAL], [sni])[0]?.settings, ['tls']);
    assert.deepEqual(compare([], [PLAIN])[0]?.settings, []);
  });

  it('notice end-user authentication that gets lost', () => {
    const origins = [{ jwt: { issuer: 'a' } }];
    const lost = compare([server([{ mtls: {} }], { origins })], [STRICT]);
    assert.deepEqual([lost[0]?.verdict, lost[0]?.changesOrigins], ['same', true]);
    assert.equal(compare([STRICT], [policy('default', { peers: [{ mtls: {} }] })])[0]?.changesOrigins, false);
  });

  it('look at all namespaces of both sides by default, in the order of services', () => {
    const objects = [service('b/a', ONE_PORT), service('a/b', ONE_PORT)];
    const all = effects(traffic(objects, istio11), traffic(objects, istio12));
    assert.deepEqual(texts(all), ['b:80 a+b same', 'a:80 a+b same']);
  });
});
