import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type JsonObject, objectAt } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { fieldsOf } from '../../src/fields/applied-fields.ts';
import { clientUpdate, serverSideApply } from '../../src/fields/apply.ts';
import { EMPTY, pathsOf } from '../../src/fields/field-set.ts';
import { entriesOf, ownedBy, withEntries } from '../../src/fields/managed-fields.ts';
import { pathText } from '../../src/fields/path-text.ts';
import { anyCustomResource } from './samples.ts';

const MONDAY = Date.parse('2020-06-01T00:00:00Z');
const TUESDAY = Date.parse('2020-06-02T00:00:00Z');

const config = (data: JsonObject): K8sObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'n' },
  data,
});
const dataOf = (object: K8sObject) => objectAt(object.data);
const owned = (object: K8sObject, manager: string) => pathsOf(ownedBy(object, manager)).map(pathText).sort();

function applied(
  live: K8sObject | undefined,
  body: K8sObject,
  manager: string,
  options: { force?: boolean; now?: number } = {},
): K8sObject {
  const result = serverSideApply(live, body, { manager, force: options.force ?? false, now: options.now ?? MONDAY });
  assert.ok('object' in result, 'no conflicts');
  return result.object;
}

test('who creates an object by applying owns what it applied', () => {
  const live = applied(undefined, config({ a: '1', none: null }), 'me');
  assert.deepEqual(dataOf(live), { a: '1' });
  assert.deepEqual(entriesOf(live), [
    {
      manager: 'me',
      operation: 'Apply',
      apiVersion: 'v1',
      time: '2020-06-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:a': {} } },
    },
  ]);
});

test('a field that is not applied any more goes, unless somebody else owns it', () => {
  const mine = applied(undefined, config({ a: '1', b: '1', c: '1' }), 'me');
  const shared = applied(mine, config({ b: '1' }), 'you');
  const live = applied(shared, config({ c: '1' }), 'me');
  assert.deepEqual(dataOf(live), { b: '1', c: '1' });
  assert.deepEqual(owned(live, 'me'), ['data.c']);
});

test("another value for somebody else's field is a conflict that names owner and field", () => {
  const live = applied(undefined, config({ a: '1', b: '1' }), 'me');
  const result = serverSideApply(live, config({ a: '2', b: '1' }), { manager: 'you', force: false, now: MONDAY });
  assert.deepEqual(result, { conflicts: [{ manager: 'me', path: 'data.a' }] });
});

test('with force the field changes hands', () => {
  const live = applied(applied(undefined, config({ a: '1', b: '1' }), 'me'), config({ a: '2' }), 'you', {
    force: true,
  });
  assert.deepEqual(dataOf(live), { a: '2', b: '1' });
  assert.deepEqual([owned(live, 'me'), owned(live, 'you')], [['data.b'], ['data.a']]);
});

test('what was there before the first apply is owned by an entry of its own', () => {
  const live = applied(config({ a: '1', b: '1' }), config({ a: '1' }), 'me', { now: MONDAY });
  assert.deepEqual(owned(live, 'before-first-apply'), ['data', 'data.a', 'data.b']);
  assert.deepEqual(dataOf(live), { a: '1', b: '1' });
  const result = serverSideApply(config({ a: '1' }), config({ a: '2' }), { manager: 'me', force: false, now: MONDAY });
  assert.deepEqual(result, { conflicts: [{ manager: 'before-first-apply', path: 'data.a' }] });
});

test('applying the same again changes nothing, not even a time', () => {
  fc.assert(
    fc.property(anyCustomResource, anyCustomResource, (live, body) => {
      const once = applied(applied(undefined, live, 'me'), body, 'me', { now: MONDAY });
      assert.deepEqual(applied(once, body, 'me', { now: TUESDAY }), once);
      assert.deepEqual(ownedBy(once, 'me'), fieldsOf(body));
    }),
  );
});

test('the applied configuration is in force after a forced apply', () => {
  fc.assert(
    fc.property(anyCustomResource, anyCustomResource, (first, second) => {
      const live = applied(applied(undefined, first, 'me'), second, 'me');
      assert.deepEqual(withEntries(live, []), second);
    }),
  );
});

test('an item of a list goes with its defaults', () => {
  const pod = (containers: readonly JsonObject[]): K8sObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers },
  });
  const live = applied(
    undefined,
    pod([
      { name: 'a', image: '1' },
      { name: 'b', image: '1' },
    ]),
    'me',
  );
  const defaulted = {
    ...live,
    spec: {
      containers: [
        { name: 'a', image: '1' },
        { name: 'b', image: '1', terminationMessagePath: '/x' },
      ],
    },
  };
  assert.deepEqual(applied(defaulted, pod([{ name: 'a', image: '1' }]), 'me').spec, {
    containers: [{ name: 'a', image: '1' }],
  });
});

test('an update owns what it adds and changes, and takes it from everybody', () => {
  const live = applied(undefined, config({ a: '1', b: '1', c: '1' }), 'me');
  const next = clientUpdate(live, { ...live, data: { a: '2', b: '1', d: '1' } }, { manager: 'you', now: TUESDAY });
  assert.deepEqual([owned(next, 'me'), owned(next, 'you')], [['data.b'], ['data.a', 'data.d']]);
});

test('an update that changes nothing changes no record', () => {
  const live = clientUpdate(undefined, config({ a: '1' }), { manager: 'me', now: MONDAY });
  assert.deepEqual(clientUpdate(live, live, { manager: 'me', now: TUESDAY }), live);
  assert.deepEqual(owned(live, 'me'), ['data', 'data.a']);
});

test('an update without a record keeps the live one, and an object without one stays so', () => {
  const live = applied(undefined, config({ a: '1' }), 'me');
  assert.deepEqual(owned(clientUpdate(live, config({ a: '1' }), { manager: 'you', now: TUESDAY }), 'me'), ['data.a']);
  assert.deepEqual(
    ownedBy(clientUpdate(config({ a: '1' }), config({ a: '2' }), { manager: 'you', now: TUESDAY }), 'you'),
    EMPTY,
  );
});

test('a record that an update brings is taken as it is', () => {
  const live = applied(undefined, config({ a: '1' }), 'kubectl');
  const handedOver = withEntries(
    live,
    entriesOf(live).map((entry) => ({ ...entry, manager: 'me' })),
  );
  const next = clientUpdate(live, handedOver, { manager: 'me', now: TUESDAY });
  assert.deepEqual(next, handedOver);
});

test('an empty record resets it', () => {
  const live = applied(undefined, config({ a: '1' }), 'me');
  const reset = clientUpdate(
    live,
    { ...live, metadata: { ...live.metadata, managedFields: [{}] } },
    { manager: 'me', now: TUESDAY },
  );
  assert.equal(reset.metadata.managedFields, undefined);
});
