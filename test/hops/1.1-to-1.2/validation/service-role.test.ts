import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../../src/core/json.ts';
import { rejectedFields } from './rejections.ts';

function ofRule(rule: JsonObject): readonly string[] {
  return rejectedFields('ServiceRole', { rules: [{ services: ['*'], ...rule }] });
}

function ofBinding(rest: JsonObject, subject: JsonObject = {}): readonly string[] {
  const roleRef = { kind: 'ServiceRole', name: 'viewer' };
  return rejectedFields('ServiceRoleBinding', { subjects: [{ user: 'a', ...subject }], roleRef, ...rest });
}

test('a rule may not say what is allowed and what is not of the same', () => {
  assert.deepEqual(ofRule({ methods: ['GET'], notMethods: ['POST'] }), ['spec.rules[0].notMethods']);
  assert.deepEqual(ofRule({ ports: [80], not_ports: [81] }), ['spec.rules[0].not_ports']);
  assert.deepEqual(ofRule({ methods: ['GET'], notMethods: [], notPorts: [80], paths: ['/'] }), []);
});

test('ports of a rule are from 1 to 65535', () => {
  assert.deepEqual(ofRule({ ports: [1, 65535, '80'] }), []);
  assert.deepEqual(ofRule({ ports: [0, 80, 65536] }), ['spec.rules[0].ports[0]', 'spec.rules[0].ports[2]']);
  assert.deepEqual(ofRule({ notPorts: [-1] }), ['spec.rules[0].notPorts[0]']);
});

test('ports of a rule and a constraint on destination.port exclude each other', () => {
  const constraints = [
    { key: 'destination.namespace', values: ['a'] },
    { key: 'destination.port', values: ['80'] },
  ];
  assert.deepEqual(ofRule({ constraints }), []);
  assert.deepEqual(ofRule({ constraints, ports: [80] }), ['spec.rules[0].constraints[1].key']);
  assert.deepEqual(ofRule({ constraints, notPorts: [80] }), ['spec.rules[0].constraints[1].key']);
});

test('a * is no name of a subject; as its user it stays', () => {
  assert.deepEqual(ofBinding({}, { user: '*' }), []);
  assert.deepEqual(ofBinding({}, { names: ['a', '*'] }), ['spec.subjects[0].names[1]']);
  assert.deepEqual(ofBinding({}, { not_names: ['*'] }), ['spec.subjects[0].not_names[0]']);
});

test('a property of a subject and the field that says the same exclude each other', () => {
  const properties = { 'source.namespace': 'web', 'request.headers[x]': '1' };
  assert.deepEqual(ofBinding({}, { properties }), []);
  assert.deepEqual(ofBinding({}, { properties, names: ['a'] }), []);
  assert.deepEqual(ofBinding({}, { properties, namespaces: ['web'] }), [
    'spec.subjects[0].properties["source.namespace"]',
  ]);
});

test('a binding has one of roleRef, role and actions', () => {
  assert.deepEqual(ofBinding({}), []);
  assert.deepEqual(ofBinding({ role: 'viewer' }), ['spec.role']);
  assert.deepEqual(ofBinding({ actions: [{ services: ['*'] }] }), ['spec.actions']);
  assert.deepEqual(ofBinding({ roleRef: null, role: 'viewer' }), [], '1.1 rejects a binding without roleRef');
  assert.deepEqual(ofBinding({ role: '', actions: [] }), []);
});
