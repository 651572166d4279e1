import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOf } from '../../../src/core/object.ts';
import { targetObject } from '../../../src/hops/every/target-object.ts';
import { object } from '../../objects.ts';
import { checkContextOf } from '../context.ts';

test("an object of the target that names no namespace goes into the control plane's", () => {
  const wanted = object('v1', 'ConfigMap', 'istio');
  const elsewhere = object('v1', 'ConfigMap', 'other/istio');
  const context = checkContextOf({ target: [elsewhere, wanted] });
  assert.equal(targetObject(context, refOf(object('v1', 'ConfigMap', 'istio-system/istio'))), wanted);
  assert.equal(targetObject(context, refOf(object('v1', 'ConfigMap', 'shop/istio'))), undefined);
});
