import type { RunEvent } from '../../../src/app/events.ts';
import type { Change } from '../../../src/core/change.ts';
import type { ObjectRef } from '../../../src/core/object.ts';
import { advanced, NOT_BEGUN, type RunProgress } from '../../../src/render/progress/run-progress.ts';
import { change, deployment } from '../../objects.ts';

const SYSTEM = 'istio-system';

export function ref(name: string, namespace = SYSTEM): ObjectRef {
  return { group: 'apps', kind: 'Deployment', namespace, name };
}

export function update(name: string): Change {
  const object = deployment(`${SYSTEM}/${name}`);
  return change(object, object);
}

/** How far a run is after these events. */
export function after(...events: readonly RunEvent[]): RunProgress {
  return events.reduce(advanced, NOT_BEGUN);
}

const NOT_CREATED = '0 of 1 new pods created';
const NOT_AVAILABLE = '0 of 1 new pods available';

/** A small upgrade: two phases, three writes, two workloads that become ready after 4 and 9 seconds. */
export const UPGRADE: readonly RunEvent[] = [
  { event: 'phase-started', phase: 'config', changes: 1, at: 100 },
  { event: 'settling', milliseconds: 15_000, at: 100 },
  { event: 'change-started', change: update('rule'), index: 1, total: 3, at: 15_100 },
  { event: 'change-done', change: update('rule'), outcome: 'written', at: 15_200 },
  { event: 'phase-done', phase: 'config', at: 15_300 },
  { event: 'phase-started', phase: 'control-plane', changes: 2, at: 15_300 },
  { event: 'change-started', change: update('galley'), index: 2, total: 3, at: 15_400 },
  { event: 'change-done', change: update('galley'), outcome: 'written', at: 17_500 },
  { event: 'change-started', change: update('pilot'), index: 3, total: 3, at: 17_500 },
  { event: 'change-done', change: update('pilot'), outcome: 'written', at: 17_600 },
  {
    event: 'waiting',
    waits: [
      { ref: ref('galley'), why: NOT_CREATED },
      { ref: ref('pilot'), why: NOT_AVAILABLE },
    ],
    at: 18_000,
  },
  {
    event: 'waiting',
    waits: [
      { ref: ref('galley'), why: NOT_AVAILABLE },
      { ref: ref('pilot'), why: NOT_AVAILABLE },
    ],
    at: 20_000,
  },
  { event: 'ready', ref: ref('galley'), at: 22_000 },
  { event: 'ready', ref: ref('pilot'), at: 27_500 },
  { event: 'phase-done', phase: 'control-plane', at: 27_500 },
  { event: 'verified', changes: 3, crds: 0, at: 27_800 },
];
