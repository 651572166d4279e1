import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { containersOf } from '../../src/mesh/component-container.ts';
import { object } from '../objects.ts';

function told(container: JsonObject) {
  const containers = [{ name: 'discovery', image: 'example.org:5000/istio/pilot:1.1.17', ...container }];
  const [one] = containersOf(
    object('apps/v1', 'Deployment', 'istio-system/istio-pilot', { spec: { template: { spec: { containers } } } }),
  );
  assert.ok(one);
  return { image: one.image, flags: Object.fromEntries(one.flags), words: one.words, env: Object.fromEntries(one.env) };
}

test('flags come with = or as two arguments, with one dash or two, and what is no flag is a word', () => {
  const args = [
    'discovery',
    '--domain',
    'cluster.local',
    '--monitoringAddr=:15014',
    '-a',
    'istio-system',
    '--secureGrpcAddr',
    '',
    'x',
  ];
  const { image, flags, words } = told({ args });
  assert.equal(image, 'pilot');
  assert.deepEqual(flags, { domain: 'cluster.local', monitoringAddr: ':15014', a: 'istio-system', secureGrpcAddr: '' });
  assert.deepEqual(words, ['discovery', 'x']);
});

test('a flag without a value is true', () => {
  assert.deepEqual(told({ args: ['--useMCP', '--selector=a=b'] }).flags, { useMCP: 'true', selector: 'a=b' });
  assert.deepEqual(told({ args: ['--useMCP'] }).flags, { useMCP: 'true' });
});

test('what a command holds counts like arguments', () => {
  const { flags, words } = told({
    command: ['/usr/local/bin/galley', 'server', '--insecure=true'],
    args: ['--port', '1'],
  });
  assert.deepEqual(flags, { insecure: 'true', port: '1' });
  assert.deepEqual(words, ['/usr/local/bin/galley', 'server']);
});

test('variables that refer to something else have no value of their own', () => {
  const env = [
    { name: 'PILOT_TRACE_SAMPLING', value: '1' },
    { name: 'EMPTY' },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ];
  assert.deepEqual(told({ env }).env, { PILOT_TRACE_SAMPLING: '1', EMPTY: '' });
});
