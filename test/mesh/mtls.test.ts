import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { istio11, istio12 } from '../../src/hops/1.1-to-1.2/semantics.ts';
import { conflictOf, connection, connectionsOf } from '../../src/mesh/mtls.ts';
import type { Traffic } from '../../src/mesh/traffic.ts';
import { policy, portAt, rule, service, serviceAt, tls, traffic } from './samples.ts';

const STRICT_MESH = [
  policy('default', { peers: [{ mtls: {} }] }),
  rule('istio-system/default', { host: '*.local', trafficPolicy: tls('ISTIO_MUTUAL') }),
];

function between(mesh: Traffic, client: string, [path, number, subset = '']: readonly [string, number, string?]) {
  const target = serviceAt(mesh, path);
  return connection(mesh, { client, service: target, port: portAt(target, number), subset });
}

describe('a connection', () => {
  it('is mutual TLS where the mesh-wide policy and the mesh-wide rule stand alone', () => {
    const found = between(traffic([service('bar/foo'), ...STRICT_MESH], istio11), 'shop', ['bar/foo', 80]);
    assert.deepEqual([found?.server.mode, found?.client.tls, found?.conflict], ['STRICT', 'ISTIO_MUTUAL', undefined]);
  });

  // The documentation's example for moving one port out of mutual TLS starts from here.
  it('is plaintext on all ports but not of a subset with tls of its own, once a rule without tls hides the mesh-wide one', () => {
    const spec = {
      host: 'foo',
      trafficPolicy: { connectionPool: { tcp: { maxConnections: 7 } }, loadBalancer: { simple: 'RANDOM' } },
      subsets: [{ name: 'v1', labels: { version: 'v1' }, trafficPolicy: tls('ISTIO_MUTUAL') }],
    };
    const mesh = traffic([service('bar/foo'), ...STRICT_MESH, rule('bar/foo', spec)], istio11);
    for (const port of [80, 8000]) {
      const whole = between(mesh, 'shop', ['bar/foo', port]);
      assert.deepEqual(
        [whole?.client.tls, whole?.conflict, whole?.client.from.tls],
        ['PLAINTEXT', 'strict-server', undefined],
      );
      assert.deepEqual([whole?.client.maxConnections, whole?.client.loadBalancer], [7, 'RANDOM']);
      const subset = between(mesh, 'shop', ['bar/foo', port, 'v1']);
      assert.deepEqual([subset?.client.tls, subset?.conflict], ['ISTIO_MUTUAL', undefined]);
      assert.equal(subset?.client.maxConnections, 7);
    }
  });

  it('follows the later rule of a host from 1.2 on when the older has no traffic policy and the later no subsets', () => {
    const rules = [
      rule('bar/old', { host: 'foo', subsets: [{ name: 'v1', labels: {} }] }, 9),
      rule('bar/new', { host: 'foo', trafficPolicy: tls('ISTIO_MUTUAL') }),
    ];
    const answer = (semantics: typeof istio11) =>
      between(traffic([service('bar/foo'), ...rules], semantics), 'shop', ['bar/foo', 80, 'v1'])?.client.tls;
    assert.deepEqual([answer(istio11), answer(istio12)], ['PLAINTEXT', 'ISTIO_MUTUAL']);
  });

  it('does not exist to a service that the client does not see, over UDP, or to an unknown subset', () => {
    const annotations = { 'networking.istio.io/exportTo': '.' };
    const udp = { spec: { ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] } };
    const mesh = traffic([service('bar/foo', { metadata: { annotations } }), service('bar/dns', udp)], istio11);
    assert.equal(between(mesh, 'shop', ['bar/foo', 80]), undefined);
    assert.notEqual(between(mesh, 'bar', ['bar/foo', 80]), undefined);
    assert.equal(between(mesh, 'bar', ['bar/dns', 53]), undefined);
    assert.equal(between(mesh, 'bar', ['bar/foo', 80, 'v1']), undefined);
  });

  it('fails when one side alone speaks mutual TLS', () => {
    assert.deepEqual(
      (['PLAINTEXT', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'] as const).map((mode) => [
        conflictOf('STRICT', mode),
        conflictOf('PERMISSIVE', mode),
        conflictOf('DISABLE', mode),
      ]),
      [
        ['strict-server', undefined, undefined],
        ['strict-server', undefined, undefined],
        [undefined, undefined, undefined],
        [undefined, undefined, 'plaintext-server'],
      ],
    );
  });
});

describe('all connections', () => {
  it('are one a client namespace that sees the service, port without UDP, and subset that the client knows', () => {
    const mesh = traffic(
      [
        service('bar/foo', { spec: { ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }] } }),
        service('bar/web', { metadata: { annotations: { 'networking.istio.io/exportTo': '.' } } }),
        rule('shop/foo', { host: 'foo.bar.svc.cluster.local', subsets: [{ name: 'v1' }] }),
      ],
      istio11,
    );
    const keys = [...connectionsOf(mesh, ['bar', 'shop'])];
    assert.deepEqual(
      keys.map(({ client, service: { name }, port, subset }) => `${client} ${name}:${port.number} ${subset}`.trim()),
      ['bar foo:80', 'shop foo:80', 'shop foo:80 v1', 'bar web:80', 'bar web:8000'],
    );
    assert.ok(keys.every((key) => connection(mesh, key) !== undefined));
  });
});
