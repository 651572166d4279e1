import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprint } from '../../src/plan/digest.ts';
import { object } from '../objects.ts';

const entry = (manager: string, fieldsV1: object, time: string) => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: { ...fieldsV1 },
});
const config = (rest: object) => object('v1', 'ConfigMap', 'a/b', { ...rest });

test('status, versions and the times of managedFields do not count', () => {
  const before = config({
    data: { x: '1' },
    status: { replicas: 1 },
    metadata: {
      resourceVersion: '1',
      generation: 1,
      managedFields: [entry('kubectl', { 'f:data': {} }, '2019-01-01T00:00:00Z')],
    },
  });
  const after = config({
    data: { x: '1' },
    status: { replicas: 2 },
    metadata: {
      resourceVersion: '9',
      generation: 3,
      managedFields: [
        entry('kube-controller-manager', { 'f:status': {} }, '2020-01-01T00:00:00Z'),
        entry('kubectl', { 'f:data': {} }, '2020-01-01T00:00:00Z'),
      ],
    },
  });
  assert.equal(fingerprint(before), fingerprint(after));
});

test('a field, a label and an owner do count', () => {
  const base = config({ data: { x: '1' } });
  assert.notEqual(fingerprint(base), fingerprint(config({ data: { x: '2' } })));
  assert.notEqual(fingerprint(base), fingerprint(config({ data: { x: '1' }, metadata: { labels: { a: 'b' } } })));
  assert.notEqual(
    fingerprint(base),
    fingerprint(config({ data: { x: '1' }, metadata: { managedFields: [entry('someone', { 'f:data': {} }, 't')] } })),
  );
});

test('the revision that the Deployment controller notes down does not count, nor that it owns it', () => {
  const revision = { 'f:metadata': { 'f:annotations': { '.': {}, 'f:deployment.kubernetes.io/revision': {} } } };
  const controller = entry('kube-controller-manager', { ...revision, 'f:status': {} }, '2019-01-01T00:00:00Z');
  const noted = (annotations: object) => config({ metadata: { annotations, managedFields: [controller] } });
  assert.equal(fingerprint(noted({ 'deployment.kubernetes.io/revision': '2' })), fingerprint(config({})));
  assert.notEqual(fingerprint(noted({ other: '2' })), fingerprint(config({})));
});
