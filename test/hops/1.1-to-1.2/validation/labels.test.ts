import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rejections } from '../../../../src/hops/1.1-to-1.2/validation/index.ts';
import { object } from '../../../objects.ts';
import { rejectedFields } from './rejections.ts';

function inSubset(labels: Readonly<Record<string, string>>): readonly string[] {
  return rejectedFields('DestinationRule', { host: 'cart', subsets: [{ name: 'v1', labels }] });
}

test('a label key with a slash, empty, or with anything but letters and digits at its ends is rejected', () => {
  for (const key of ['app.kubernetes.io/version', 'a/b', '', '-v1', '.v1', '_v1', 'v1-', 'v1.', 'v1_']) {
    assert.deepEqual(inSubset({ [key]: 'x' }), [`spec.subsets[0].labels[${JSON.stringify(key)}]`]);
  }
});

test('a label value is held to the same, but may be empty', () => {
  for (const value of ['v1.', '-v1', 'a/b']) {
    assert.deepEqual(inSubset({ version: value }), ['spec.subsets[0].labels["version"]']);
  }
  assert.deepEqual(inSubset({ version: '' }), []);
});

test('labels that both versions accept, and those that both reject, are left alone', () => {
  assert.deepEqual(inSubset({ version: 'v1.0_a-b', a: 'B', 'v1.x-y_z': '1' }), []);
  assert.deepEqual(inSubset({ 'a@b': 'x', version: 'a b' }), []);
});

test('every subset and every label of it is looked at, and its place is told', () => {
  const subsets = [{ name: 'v1', labels: { ok: 'x' } }, { name: 'v2', labels: { 'a/b': 'x', 'c/d': 'x' } }, null];
  assert.deepEqual(rejectedFields('DestinationRule', { host: 'cart', subsets }), [
    'spec.subsets[1].labels["a/b"]',
    'spec.subsets[1].labels["c/d"]',
  ]);
});

test('labels of endpoints of a ServiceEntry are held to the same', () => {
  const endpoints = [{ address: '10.0.0.1', labels: { 'example.com/tier': 'db' } }, { address: '10.0.0.2' }];
  assert.deepEqual(rejectedFields('ServiceEntry', { hosts: ['db'], endpoints }), [
    'spec.endpoints[0].labels["example.com/tier"]',
  ]);
});

test('other kinds, other groups and objects without a spec are left alone', () => {
  const spec = { subsets: [{ name: 'v1', labels: { 'a/b': 'x' } }] };
  assert.deepEqual(rejectedFields('Gateway', spec), []);
  assert.deepEqual(rejections(object('example.com/v1', 'DestinationRule', 'shop/x', { spec })), []);
  for (const kind of ['DestinationRule', 'ServiceEntry', 'VirtualService']) {
    assert.deepEqual(rejections(object('networking.istio.io/v1alpha3', kind, 'shop/x')), []);
  }
});
