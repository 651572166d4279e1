import { listAt, valueAt } from '../core/json.ts';
import type { ObjectRef } from '../core/object.ts';
import { find, type Snapshot } from '../core/snapshot.ts';

/** Whether somebody answers behind a Service. `unknown`: it is a name for something else, or nobody keeps its endpoints here. */
export type Answering = 'ready' | 'not-ready' | 'no-service' | 'unknown';

/** What a snapshot tells about a Service, from it and the Endpoints of its name. */
export function answeringAt(snapshot: Snapshot, service: ObjectRef): Answering {
  const object = find(snapshot, service);
  if (object === undefined) return 'no-service';
  const endpoints = find(snapshot, { ...service, kind: 'Endpoints' });
  if (valueAt(object, 'spec', 'type') === 'ExternalName' || endpoints === undefined) return 'unknown';
  const isReady = listAt(endpoints.subsets).some((subset) => listAt(valueAt(subset, 'addresses')).length > 0);
  return isReady ? 'ready' : 'not-ready';
}
