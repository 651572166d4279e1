import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { meshConfigIn, meshConfigOf } from '../../src/mesh/mesh-config.ts';
import { object } from '../objects.ts';
import { CONFIG, meshConfigMap } from './samples.ts';

const read = (mesh: string) => meshConfigOf(snapshotOf([meshConfigMap(mesh)]), 'istio-system');

describe('mesh configuration', () => {
  it("has Pilot's defaults where nothing is set, or there is no ConfigMap", () => {
    assert.deepEqual(read('# empty\n'), CONFIG);
    assert.deepEqual(meshConfigOf(snapshotOf([]), 'mesh-system'), CONFIG);
  });

  it('is read from the namespace of the control plane', () => {
    const objects = [object('v1', 'ConfigMap', 'mesh/istio', { data: { mesh: 'rootNamespace: mesh-config' } })];
    assert.equal(meshConfigOf(snapshotOf(objects), 'mesh').rootNamespace, 'mesh-config');
    assert.equal(meshConfigOf(snapshotOf(objects), 'istio-system').rootNamespace, 'istio-system');
  });

  it('lists mtls_excluded_services in either spelling, as a block or in brackets', () => {
    const hosts = ['kubernetes.default.svc.cluster.local', 'db'];
    const block = `mtls_excluded_services:\n- ${hosts[0]} # no sidecar\n- ${hosts[1]}\n`;
    assert.deepEqual(read(block).mtlsExcludedServices, hosts);
    assert.deepEqual(read(`mtlsExcludedServices: ["${hosts[0]}", db]`).mtlsExcludedServices, hosts);
  });

  it('knows whether rules and services are exported by default, and whether Pilot validates again', () => {
    assert.equal(read("defaultDestinationRuleExportTo: ['.']").exportsRules, false);
    assert.equal(read("defaultDestinationRuleExportTo: ['*']").exportsRules, true);
    assert.equal(read('defaultServiceExportTo: ["."]').exportsServices, false);
    assert.equal(read('configSources:\n- address: istio-galley.istio-system.svc:9901\n').validatesAgain, true);
  });

  it('takes the domain from the arguments of Pilot', () => {
    const pilot = (args: readonly string[]) =>
      object('apps/v1', 'Deployment', 'istio-system/istio-pilot', {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'istio-proxy', image: 'istio/proxyv2:1.1.17', args: ['proxy', '--domain', 'wrong'] },
                { name: 'discovery', image: 'istio/pilot:1.1.17', args },
              ],
            },
          },
        },
      });
    const domain = (args: readonly string[]) => meshConfigOf(snapshotOf([pilot(args)]), 'istio-system').domain;
    assert.equal(domain(['discovery', '--domain', 'example.org']), 'example.org');
    assert.equal(domain(['discovery', '--domain=example.org']), 'example.org');
    assert.equal(domain(['discovery']), 'cluster.local');
  });

  it('is there as it stands in the ConfigMap, for what no field is made of', () => {
    assert.deepEqual(meshConfigIn(meshConfigMap('disablePolicyChecks: true')), { disablePolicyChecks: true });
    assert.equal(meshConfigIn(meshConfigMap('a: [oops')), null);
    assert.equal(meshConfigIn(undefined), null);
  });

  it('goes on with defaults and says why when the text cannot be read, as Pilot does', () => {
    const { problem, ...config } = read('rootNamespace: [oops');
    assert.match(problem ?? '', /flow/i);
    assert.deepEqual({ ...config, problem: undefined }, CONFIG);
  });
});
