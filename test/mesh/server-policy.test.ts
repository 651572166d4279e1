import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { istio11, istio12 } from '../../src/hops/1.1-to-1.2/semantics.ts';
import { policyOf } from '../../src/mesh/policies.ts';
import type { Semantics } from '../../src/mesh/semantics.ts';
import { policiesIn, serverMode, serverPolicy } from '../../src/mesh/server-policy.ts';
import { object } from '../objects.ts';
import { CONFIG, policy, portAt, service, serviceAt, traffic } from './samples.ts';

const STRICT = { peers: [{ mtls: {} }] };
const PERMISSIVE = { peers: [{ mtls: { mode: 'PERMISSIVE' } }] };
const NONE = { peers: [] };

/** How a policy is found for bar/foo: `kind mode names`. */
function answer(port: number, objects: readonly K8sObject[], semantics: Semantics = istio11): string {
  const mesh = traffic([service('bar/foo'), ...objects], semantics);
  const foo = serviceAt(mesh, 'bar/foo');
  const found = serverPolicy(mesh.servers, foo, portAt(foo, port));
  const names = policiesIn(found).map(({ name }) => name);
  return [found.is, serverMode(found), ...names].join(' ');
}

const target = (name: string, rest: JsonObject = {}) => ({ targets: [{ name, ...rest }] });

describe('the policy of a service port', () => {
  it('is one that targets the service, else the namespace default, else the mesh default, else none', () => {
    const mesh = policy('default', STRICT);
    const namespace = policy('bar/default', PERMISSIVE);
    const own = policy('bar/own', { ...target('foo'), ...NONE });
    assert.equal(answer(80, []), 'none DISABLE');
    assert.equal(answer(80, [mesh]), 'policy STRICT default');
    assert.equal(answer(80, [mesh, namespace]), 'policy PERMISSIVE default');
    assert.equal(answer(80, [mesh, namespace, own]), 'policy DISABLE own');
  });

  it('is never one of another namespace, of another service, or a MeshPolicy of another name', () => {
    const others = [
      policy('shop/default', STRICT),
      policy('shop/foo', { ...target('foo'), ...STRICT }),
      policy('bar/web', { ...target('web'), ...STRICT }),
      policy('strict', STRICT),
      policy('bar/untargeted', STRICT),
    ];
    assert.equal(answer(80, others), 'none DISABLE');
  });

  it('does not match a target with a dot in its name, except the whole hostname', () => {
    assert.equal(answer(80, [policy('bar/p', { ...target('foo.bar'), ...STRICT })]), 'none DISABLE');
    assert.equal(
      answer(80, [policy('bar/p', { ...target('foo.bar.svc.cluster.local'), ...STRICT })]),
      'policy STRICT p',
    );
  });

  it('matches ports by number or by exact name, and any of several targets', () => {
    const byPort = (port: JsonObject) => policy('bar/p', { ...target('foo', { ports: [port] }), ...STRICT });
    assert.equal(answer(8000, [byPort({ number: 8000 })]), 'policy STRICT p');
    assert.equal(answer(80, [byPort({ number: 8000 })]), 'none DISABLE');
    assert.equal(answer(8000, [byPort({ name: 'http-api' })]), 'policy STRICT p');
    assert.equal(answer(80, [byPort({ name: 'http-api' })]), 'none DISABLE');
    const several = { targets: [{ name: 'web' }, { name: 'foo', ports: [{ number: 1 }, { number: 80 }] }] };
    assert.equal(answer(80, [policy('bar/p', { ...several, ...STRICT })]), 'policy STRICT p');
  });

  it('is ambiguous when two target the port, even where one of them names the port', () => {
    const whole = policy('bar/whole', { ...target('foo'), ...STRICT });
    const part = policy('bar/part', { ...target('foo', { ports: [{ number: 8000 }] }), ...NONE });
    assert.equal(answer(80, [whole, part]), 'policy STRICT whole');
    assert.equal(answer(8000, [whole, part]), 'ambiguous AMBIGUOUS part whole');
  });

  it('has a mode in spite of the ambiguity when all candidates agree', () => {
    const twice = [policy('bar/a', { ...target('foo'), ...STRICT }), policy('bar/b', { ...target('foo'), ...STRICT })];
    assert.equal(answer(80, twice), 'ambiguous STRICT a b');
  });

  it('counts for nothing where no sidecar stands behind the service', () => {
    const objects = [
      service('bar/name', { spec: { type: 'ExternalName', externalName: 'example.org' } }),
      service('default/kubernetes', { spec: { selector: {} } }),
      policy('default', STRICT),
    ];
    const mesh = traffic(objects, istio11);
    for (const path of ['bar/name', 'default/kubernetes']) {
      const found = serviceAt(mesh, path);
      const outside = serverPolicy(mesh.servers, found, portAt(found, 80));
      assert.deepEqual([outside.is, serverMode(outside)], ['outside', 'DISABLE'], path);
    }
  });
});

describe('labels of a target', () => {
  const labelled = (labels: JsonObject, name = 'web') => policy('bar/p', { ...target(name, { labels }), ...STRICT });
  const pod = (name: string, labels: JsonObject) => object('v1', 'Pod', `bar/${name}`, { metadata: { labels } });

  it('are ignored by 1.1, which goes by the name', () => {
    assert.equal(answer(80, [labelled({ version: 'v2' }, 'foo')], istio11), 'policy STRICT p');
    assert.equal(answer(80, [labelled({ app: 'x' })], istio11), 'none DISABLE');
  });

  it('take the place of the name in 1.2', () => {
    const pods = [pod('a', { app: 'x', version: 'v1' }), pod('b', { app: 'y', version: 'v2' })];
    assert.equal(answer(80, [...pods, labelled({ version: 'v1' })], istio12), 'policy STRICT p');
    assert.equal(answer(80, [...pods, labelled({ version: 'v2' }, 'foo')], istio12), 'none DISABLE');
  });

  it('make the answer ambiguous in 1.2 when only some of the pods have them', () => {
    const pods = [pod('a', { app: 'x', version: 'v1' }), pod('b', { app: 'x', version: 'v2' })];
    assert.equal(answer(80, [...pods, labelled({ version: 'v1' })], istio12), 'ambiguous AMBIGUOUS p');
    assert.equal(answer(80, [...pods, labelled({ version: 'v1' })], istio11), 'none DISABLE');
    assert.equal(answer(80, [...pods, labelled({ app: 'x' })], istio12), 'policy STRICT p');
  });

  it('are compared in 1.2 with the selector of the service where no pod is known, and with the templates of workloads', () => {
    assert.equal(answer(80, [labelled({ app: 'x' })], istio12), 'policy STRICT p');
    const labels = { app: 'x', version: 'v1' };
    const workload = object('apps/v1', 'StatefulSet', 'bar/foo', { spec: { template: { metadata: { labels } } } });
    assert.equal(answer(80, [workload, labelled({ version: 'v1' })], istio12), 'policy STRICT p');
  });
});

describe('the mode of a policy', () => {
  const mode = (spec: JsonObject) => policyOf(policy('bar/default', spec), CONFIG).mode;

  it('is plaintext without a peer of kind mtls', () => {
    for (const spec of [{}, NONE, { peers: [{ jwt: { issuer: 'a' } }] }, { origins: [{ jwt: { issuer: 'a' } }] }]) {
      assert.equal(mode(spec), 'DISABLE', JSON.stringify(spec));
    }
  });

  it('is STRICT unless the first peer of kind mtls says PERMISSIVE', () => {
    for (const mtls of [{}, null, { mode: 'STRICT' }, { mode: 0 }, { allowTls: true }]) {
      assert.equal(mode({ peers: [{ mtls }] }), 'STRICT', JSON.stringify(mtls));
    }
    assert.equal(mode({ peers: [{ mtls: { mode: 1 } }] }), 'PERMISSIVE');
    assert.equal(mode({ peers: [{ jwt: {} }, { mtls: { mode: 'PERMISSIVE' } }, { mtls: {} }] }), 'PERMISSIVE');
  });
});
