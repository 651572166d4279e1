import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePlan } from '../../src/app/make-plan.ts';
import { hasServerSideApply } from '../../src/app/server-side-apply.ts';
import { DEFAULT_PHASES } from '../../src/core/phase.ts';
import { HOPS } from '../../src/hops/index.ts';
import { targetOf } from '../hops/context.ts';
import { deployment } from '../objects.ts';
import { but, clusterOf } from './in-memory.ts';

test('servers take apply patches from 1.16 on', () => {
  const answers = ['v1.14.10', 'v1.15.12-gke.2', 'v1.16.0', 'v1.20.2', 'v2.0.0', 'unheard of'].map(hasServerSideApply);
  assert.deepEqual(answers, [false, false, true, true, true, true]);
});

const PILOT = deployment('istio-system/istio-pilot', { metadata: { labels: { release: 'istio' } } });
const NEXT = deployment('istio-system/istio-pilot', {
  metadata: { labels: { release: 'istio' } },
  image: 'docker.io/istio/pilot:1.2.10',
});

test('on an older server a plan is made in memory, without a dry-run, and it cannot be carried out', async () => {
  const inner = clusterOf(PILOT);
  const tried: string[] = [];
  const old = but(inner, {
    version: async () => 'v1.15.12',
    apply: async (_resource, body) => {
      tried.push(body.metadata.name);
      return body;
    },
  });
  for (const willWrite of [false, true]) {
    const plan = await makePlan(
      {
        target: { objects: targetOf([NEXT]) },
        istioNamespace: 'istio-system',
        phases: DEFAULT_PHASES,
        prune: false,
        removeAnnotations: false,
        willWrite,
        ignored: [],
        isTaken: () => false,
      },
      old,
      HOPS,
    );
    assert.deepEqual(tried, []);
    assert.deepEqual(
      plan.changes.map(({ prediction }) => prediction),
      ['memory'],
    );
    const [told, ...more] = plan.problems.filter(({ id }) => id === 'no-server-side-apply');
    assert.equal(told?.severity, willWrite ? 'blocker' : 'warning');
    assert.deepEqual(more, []);
  }
});
