import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { EMPTY } from '../../src/fields/field-set.ts';
import { entriesOf, ownedBy, withEntries } from '../../src/fields/managed-fields.ts';

const entry = (manager: string, operation: string, fieldsV1: Json) => ({
  manager,
  operation,
  apiVersion: 'v1',
  time: '2020-01-01T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1,
});
const object: K8sObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'c',
    managedFields: [
      entry('me', 'Apply', { 'f:data': { 'f:a': {} } }),
      entry('me', 'Update', { 'f:data': { 'f:b': {} } }),
      entry('you', 'Update', { 'f:data': { 'f:c': {} } }),
    ],
  },
};

test('what is read is what is written', () => {
  assert.deepEqual(withEntries(object, entriesOf(object)), object);
});

test('a manager owns what it applied and what it updated', () => {
  assert.deepEqual(ownedBy(object, 'me'), { 'f:data': { 'f:a': {}, 'f:b': {} } });
  assert.deepEqual(ownedBy(object, 'me', 'Apply'), { 'f:data': { 'f:a': {} } });
  assert.deepEqual(ownedBy(object, 'nobody'), EMPTY);
});

test('an object without a record, or with a reset one, has no entries', () => {
  assert.deepEqual(entriesOf(withEntries(object, [])), []);
  assert.deepEqual(Object.keys(withEntries(object, []).metadata), ['name']);
  assert.deepEqual(entriesOf({ ...object, metadata: { name: 'c', managedFields: [{}] } }), []);
});

test('the subresource of an entry is kept', () => {
  const status = { ...entry('controller', 'Update', { 'f:status': {} }), subresource: 'status' };
  const written = withEntries(object, entriesOf({ ...object, metadata: { name: 'c', managedFields: [status] } }));
  assert.deepEqual(written.metadata.managedFields, [status]);
});
