import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { fieldMatcher, labelMatcher } from '../../src/memory/selectors.ts';

const pod: K8sObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', labels: { app: 'web', 'example.com/tier': 'front', empty: '' } },
  type: 'Warning',
};

const FITS = [
  '',
  'app=web',
  'app==web',
  'app!=db',
  'app',
  '!missing',
  'app in (db, web)',
  'app notin (db)',
  'missing notin (x)',
  'missing!=x',
  'empty=',
  'example.com/tier=front,app',
  'app in (a,web),!other',
];
const FAILS = [
  'app=db',
  'app!=web',
  '!app',
  'missing',
  'app in (db)',
  'app notin (web,x)',
  'missing in (x)',
  'app=web,missing',
];

for (const selector of FITS) test(`labels fit "${selector}"`, () => assert.ok(labelMatcher(selector)(pod)));
for (const selector of FAILS) test(`labels do not fit "${selector}"`, () => assert.ok(!labelMatcher(selector)(pod)));

test('fields are compared as text, and missing ones are empty', () => {
  assert.ok(fieldMatcher('metadata.name=p,metadata.namespace==n')(pod));
  assert.ok(fieldMatcher('type=Warning,metadata.uid=')(pod));
  assert.ok(!fieldMatcher('metadata.name!=p')(pod));
  assert.ok(!fieldMatcher('metadata.name=q')(pod));
});

for (const selector of ['a in (x', 'a=b=c', 'a b', '=x', 'in (x)']) {
  test(`"${selector}" is refused`, () =>
    assert.throws(
      () => labelMatcher(selector),
      (error) => error instanceof UpgradeError && error.exit === 2,
    ));
}

test('a field selector without a comparison is refused', () => {
  assert.throws(() => fieldMatcher('metadata.name'), UpgradeError);
});
