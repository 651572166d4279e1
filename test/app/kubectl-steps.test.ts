import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubectlSteps } from '../../src/app/kubectl-steps.ts';
import type { Change } from '../../src/core/change.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { LAST_APPLIED } from '../../src/core/last-applied.ts';
import { type K8sObject, refOf } from '../../src/core/object.ts';
import { lastAppliedText } from '../../src/plan/last-applied.ts';
import { change, object, planOf, reason, resourceOf } from '../objects.ts';

const config = (name: string, data: JsonObject) => object('v1', 'ConfigMap', `istio-system/${name}`, { data });
const rule = (mode: string) =>
  object('networking.istio.io/v1alpha3', 'DestinationRule', 'shop/cart', { spec: { mode } });

function applied(target: K8sObject, manifest: K8sObject = target): K8sObject {
  return { ...target, metadata: { ...target.metadata, annotations: { [LAST_APPLIED]: lastAppliedText(manifest) } } };
}

function changing(target: K8sObject, parts: Partial<Change> & Pick<Change, 'op'>): Change {
  const { steps: _steps, op: _op, before: _before, after: _after, ...shared } = change(target, target);
  const own = { before: target, after: target, steps: [{ do: 'create', body: target }], immutable: [] } as const;
  return { ...shared, ref: refOf(target), resource: resourceOf(target), because: [reason()], ...own, ...parts };
}

function shown(changes: readonly Change[]) {
  return kubectlSteps(planOf(changes), 'control-plane').map((step) => [
    step.do,
    step.ref.name,
    ...('object' in step ? [step.object.data ?? step.object.spec] : []),
  ]);
}

test('what kubectl apply brings about is applied as the manifest, without the record; all else replaces the object', () => {
  const [a, b] = [
    applied(config('a', { x: '1' })),
    applied(config('b', { x: '1', gone: '' }), config('b', { x: '1' })),
  ];
  const changes = [change(a, applied(config('a', { x: '2' }))), change(b, applied(config('b', { x: '2' })))];
  assert.deepEqual(shown(changes), [
    ['apply', 'a', { x: '2' }],
    ['replace', 'b', { x: '2' }],
  ]);
  const steps = kubectlSteps(planOf(changes), 'control-plane');
  for (const step of steps) assert.ok('object' in step && step.object.metadata.annotations === undefined);
});

test('an object that is replaced goes first and leaves what depends on it', () => {
  const target = applied(config('a', { x: '1' }));
  assert.deepEqual(shown([changing(target, { op: 'replace' })]), [
    ['orphan', 'a'],
    ['apply', 'a', { x: '1' }],
  ]);
});

test('a new object without a manifest of its own is applied as it shall be, without what a server allocates', () => {
  const spec = { ports: [{ port: 80, protocol: 'TCP' }] };
  const body = object('v1', 'Service', 'shop/cart', { spec });
  const port = { port: 80, protocol: 'TCP', nodePort: 31000 };
  const after = { ...body, spec: { clusterIP: '10.0.0.7', ports: [port] }, status: { loadBalancer: {} } };
  const created = changing(body, { op: 'create', after, steps: [{ do: 'create', body }] });
  assert.deepEqual(shown([created]), [['apply', 'cart', spec]]);
});

test('of a Secret no value is in any step, whether it is new or changed', () => {
  const secret = (data: JsonObject) => object('v1', 'Secret', 'istio-system/ca', { data });
  const changes = [
    change(secret({ key: 'b2xk' }), secret({ key: 'bmV3' })),
    changing(secret({ k: 'eA==' }), { op: 'create' }),
  ];
  assert.deepEqual(shown(changes), [
    ['by-hand', 'ca'],
    ['by-hand', 'ca'],
  ]);
  assert.deepEqual(shown([changing(secret({ k: 'eA==' }), { op: 'delete' })]), [['delete', 'ca']]);
});

test('what is prepared comes first, and what follows starts from what that leaves', () => {
  const [before, via, after] = [rule('old'), rule('via'), rule('new')].map((one) => applied(one));
  assert.ok(before && via && after);
  const prepared = change(before, after, {
    steps: [
      { do: 'prepare', body: via, after: via },
      { do: 'apply', body: after },
    ],
  });
  const late = change(applied(config('z', {})), applied(config('z', { x: '1' })), { stage: 'settled' });
  assert.deepEqual(shown([late, prepared]), [
    ['apply', 'cart', { mode: 'via' }],
    ['apply', 'cart', { mode: 'new' }],
    ['apply', 'z', { x: '1' }],
  ]);
  const stages = kubectlSteps(planOf([late, prepared]), 'control-plane').map(({ stage }) => stage);
  assert.deepEqual(stages, ['prepare', 'write', 'settled']);
});

test('where what is prepared had to replace the object, its record is gone, and so is what it would have told', () => {
  const full = (spec: JsonObject) => ({ ...rule(''), spec });
  const [before, via] = [applied(full({ mode: 'old', gone: 'x' })), full({ mode: 'via', gone: 'x' })];
  const after = applied(full({ mode: 'new' }));
  const steps = [
    { do: 'prepare', body: via, after: via },
    { do: 'apply', body: after },
  ] as const;
  assert.deepEqual(shown([change(before, after, { steps })]), [
    ['replace', 'cart', { mode: 'via', gone: 'x' }],
    ['replace', 'cart', { mode: 'new' }],
  ]);
});

test('only the changes of the phase are in it', () => {
  const other = change(applied(config('a', {})), applied(config('a', { x: '1' })), { phase: 'config' });
  assert.deepEqual(shown([other]), []);
  assert.equal(kubectlSteps(planOf([other]), 'config').length, 1);
});
