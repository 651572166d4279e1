import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leavesOf } from '../../src/mesh/config-leaves.ts';

test('values go by their path in camelCase, and what is empty is not set', () => {
  const leaves = leavesOf({
    root_namespace: 'config',
    trustDomain: '',
    sdsUdsPath: null,
    localityLbSetting: {},
    configSources: [{ address: 'istio-galley:9901' }],
    defaultServiceExportTo: [],
    defaultConfig: { concurrency: 0, tracing: { zipkin: { address: 'zipkin:9411' } } },
  });
  assert.deepEqual(Object.fromEntries(leaves), {
    rootNamespace: 'config',
    configSources: [{ address: 'istio-galley:9901' }],
    'defaultConfig.concurrency': 0,
    'defaultConfig.tracing.zipkin.address': 'zipkin:9411',
  });
  assert.equal(leavesOf('no message').size, 0);
});
