import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { K8sObject } from '../../src/core/object.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { fullName, fullNames, instanceReferences, mixerActions, mixerConfigOf } from '../../src/mesh/mixer-config.ts';
import { object } from '../objects.ts';

const mixer = (kind: string, path: string, spec: K8sObject['spec'] = {}) =>
  object('config.istio.io/v1alpha2', kind, path, { spec });
const rule = (path: string, ...actions: readonly { handler: string; instances: readonly string[] }[]) =>
  mixer('rule', path, { actions });

const names = (reference: string) => fullNames(reference, { kind: 'handler', namespace: 'shop' });

test('a name alone is of the kind that is meant, in the namespace of who refers', () => {
  assert.deepEqual(names('deny'), ['deny.handler.shop']);
});

test('the second of two parts is a kind first, and a namespace then', () => {
  assert.deepEqual(names('deny.denier'), ['deny.denier.shop', 'deny.handler.denier']);
});

test('three parts are a full name, and more are taken as they stand', () => {
  assert.deepEqual(names('deny.denier.bank'), ['deny.denier.bank']);
  assert.deepEqual(names('a.b.c.d'), ['a.b.c.d']);
});

test("Mixer's objects are those of its API group", () => {
  const objects = [mixer('quota', 'shop/b'), mixer('denier', 'shop/a'), object('example.org/v1', 'quota', 'shop/c')];
  assert.deepEqual([...mixerConfigOf(snapshotOf(objects)).keys()], ['a.denier.shop', 'b.quota.shop']);
});

test('an action does something where its handler and one of its instances exist', () => {
  const config = mixerConfigOf(
    snapshotOf([
      mixer('denier', 'shop/deny'),
      mixer('instance', 'bank/any'),
      rule('shop/acts', { handler: 'deny.denier', instances: ['gone', 'any.bank'] }),
      rule('shop/no-instance', { handler: 'deny.denier', instances: ['gone'] }),
      rule('shop/no-handler', { handler: 'deny', instances: ['any.bank'] }),
    ]),
  );
  const actions = mixerActions(config).map((action) => [
    action.rule.metadata.name,
    fullName(action.handler),
    ...action.instances.map(fullName),
  ]);
  assert.deepEqual(actions, [['acts', 'deny.denier.shop', 'any.instance.bank']]);
});

test('references are named with where they stand', () => {
  const references = instanceReferences(rule('shop/a', { handler: 'x', instances: ['one', 'two.metric'] }));
  assert.deepEqual(
    references.map(({ path, text }) => `${path} ${text}`),
    ['spec.actions[0].instances[0] one', 'spec.actions[0].instances[1] two.metric'],
  );
});
