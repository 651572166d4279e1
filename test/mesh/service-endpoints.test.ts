import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../src/core/json.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { answeringAt } from '../../src/mesh/service-endpoints.ts';
import { object } from '../objects.ts';

const REF = { group: '', kind: 'Service', namespace: 'tools', name: 'policy' };
const service = (spec = {}) => object('v1', 'Service', 'tools/policy', { spec });
const endpoints = (...subsets: readonly Json[]) => object('v1', 'Endpoints', 'tools/policy', { subsets });
const ADDRESS = [{ ip: '10.0.0.1' }];

test('somebody answers where one subset has an address that is ready', () => {
  const ready = endpoints({ notReadyAddresses: ADDRESS }, { addresses: ADDRESS });
  assert.equal(answeringAt(snapshotOf([service(), ready]), REF), 'ready');
  assert.equal(answeringAt(snapshotOf([service(), endpoints({ notReadyAddresses: ADDRESS })]), REF), 'not-ready');
  assert.equal(answeringAt(snapshotOf([service(), endpoints()]), REF), 'not-ready');
});

test('without a Service nobody can be called, whatever endpoints were left', () => {
  assert.equal(answeringAt(snapshotOf([endpoints({ addresses: ADDRESS })]), REF), 'no-service');
});

test('a name for something else, and endpoints that were not read, tell nothing', () => {
  assert.equal(answeringAt(snapshotOf([service({ type: 'ExternalName' }), endpoints()]), REF), 'unknown');
  assert.equal(answeringAt(snapshotOf([service()]), REF), 'unknown');
});
