import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oldSidecars } from '../../src/app/old-sidecars.ts';
import { ApiError } from '../../src/core/errors.ts';
import { oldSidecarsText } from '../../src/render/old-sidecars-text.ts';
import { but, clusterOf } from './in-memory.ts';
import { controlPlane, workload } from './sidecar-mesh.ts';

const ASKED = { istioNamespace: 'istio-system', release: '1.2.10' };
const COMMAND = 'kubectl istio-upgrade apply --phase data-plane';

test('workloads with an old sidecar are counted by their owners, in one list of pods', async () => {
  const inner = clusterOf(
    ...controlPlane(),
    ...workload('shop/cart', { replicas: 3 }),
    ...workload('shop/db', { kind: 'StatefulSet' }),
    ...workload('bank/ledger'),
    ...workload('bank/new', { release: '1.2.10' }),
  );
  let lists = 0;
  const counting = but(inner, {
    list: (resource, query) => {
      lists += 1;
      return inner.list(resource, query);
    },
  });
  assert.deepEqual(await oldSidecars(counting, ASKED), { isKnown: true, workloads: 3, namespaces: ['bank', 'shop'] });
  assert.equal(lists, 1);
});

test('who may not list pods is told that it is not known', async () => {
  const forbidden = but(clusterOf(), {
    // biome-ignore lint/correctness/useYield: it fails before it could
    list: async function* () {
      throw new ApiError('list Pod: pods is forbidden', { status: 403, reason: 'Forbidden' });
    },
  });
  const old = await oldSidecars(forbidden, ASKED);
  assert.deepEqual(old, { isKnown: false, why: 'list Pod: pods is forbidden' });
  assert.equal(
    oldSidecarsText(old, '1.2.10', []),
    'which sidecars are not of Istio 1.2.10 yet is not known: list Pod: pods is forbidden\n',
  );
});

test('what is left is said with the exact command, by namespace where it is one', () => {
  const text = (workloads: number, namespaces: readonly string[], flags: readonly string[] = []) =>
    oldSidecarsText({ isKnown: true, workloads, namespaces }, '1.2.10', flags);
  assert.equal(
    text(1, ['shop']),
    `1 workload still runs a sidecar of another release, in namespace shop; that goes on working until it is restarted:\n  ${COMMAND} -n shop\n`,
  );
  assert.equal(
    text(12, ['a', 'b', 'c', 'd', 'e', 'f'], ['--context', "it's prod"]),
    `12 workloads still run a sidecar of another release, in 6 namespaces (a, b, c, d, e, …); that goes on working until it is restarted:\n  ${COMMAND} --context 'it'\\''s prod' -A\n`,
  );
  assert.equal(text(0, []), '');
});
