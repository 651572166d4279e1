import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authAnnotationsOf, wouldChangeServer } from '../../src/mesh/auth-annotations.ts';
import { serviceOf } from '../../src/mesh/services.ts';
import { CONFIG, service } from './samples.ts';

describe('services', () => {
  it('have a hostname, ports by number and name, and a selector', () => {
    const found = serviceOf(service('bar/foo', { spec: { ports: [{ port: 53, protocol: 'UDP' }] } }), CONFIG);
    assert.equal(found.hostname, 'foo.bar.svc.cluster.local');
    assert.deepEqual(found.ports, [{ number: 53, name: '', protocol: 'UDP' }]);
    assert.deepEqual(found.selector, { app: 'x' });
    assert.equal(serviceOf(service('bar/foo', { spec: { selector: {} } }), CONFIG).selector, undefined);
  });

  it('are headless or external by their spec', () => {
    const kind = (spec: Record<string, string>) => serviceOf(service('bar/foo', { spec }), CONFIG).kind;
    assert.equal(kind({ clusterIP: '10.0.0.1' }), 'cluster-ip');
    assert.equal(kind({ clusterIP: 'None' }), 'headless');
    assert.equal(kind({ type: 'ExternalName', externalName: 'example.org' }), 'external');
  });

  it('are exported unless their annotation or the mesh says otherwise', () => {
    const exported = (annotations: Record<string, string>, exportsServices: boolean) =>
      serviceOf(service('bar/foo', { metadata: { annotations } }), { ...CONFIG, exportsServices }).exported;
    const key = 'networking.istio.io/exportTo';
    assert.deepEqual([exported({}, true), exported({}, false)], [true, false]);
    assert.deepEqual([exported({ [key]: '.' }, true), exported({ [key]: '*' }, false)], [false, true]);
  });
});

describe('annotations auth.istio.io/<port>', () => {
  const parse = (annotations: Record<string, string>) =>
    authAnnotationsOf(serviceOf(service('bar/foo', { metadata: { annotations } }), CONFIG));

  it('are live when they name a port of the service and a mode', () => {
    const found = parse({ 'auth.istio.io/8000': 'NONE', 'auth.istio.io/80': 'MUTUAL_TLS', other: 'NONE' });
    assert.deepEqual(
      found.map((one) => [one.key, one.state, one.state === 'live' && [one.asks, one.port.name]]),
      [
        ['auth.istio.io/80', 'live', ['MUTUAL_TLS', 'http']],
        ['auth.istio.io/8000', 'live', ['NONE', 'http-api']],
      ],
    );
  });

  it('are dead, with the reason, in every other case', () => {
    const why = (port: string, value: string) =>
      parse({ [`auth.istio.io/${port}`]: value }).map((one) => one.state === 'dead' && one.why);
    assert.deepEqual(why('8000', 'INHERIT'), ['inherits']);
    assert.deepEqual(why('8000', 'none'), ['unknown-value']);
    assert.deepEqual(why('9000', 'NONE'), ['no-such-port']);
    for (const port of ['http-api', '08000', '70000', '0', '']) assert.deepEqual(why(port, 'NONE'), ['bad-port'], port);
  });

  it('would change a server unless it already does what they ask', () => {
    const modes = ['DISABLE', 'PERMISSIVE', 'STRICT', 'AMBIGUOUS'] as const;
    assert.deepEqual(
      modes.map((mode) => wouldChangeServer('NONE', mode)),
      [false, false, true, true],
    );
    assert.deepEqual(
      modes.map((mode) => wouldChangeServer('MUTUAL_TLS', mode)),
      [true, true, false, true],
    );
  });
});
