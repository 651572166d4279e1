import { randomUUID } from 'node:crypto';
import { listAt, valueAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import type { TestCluster } from './cluster.ts';
import { eventually } from './waiting.ts';
import { type WatchEvent, watchObjects } from './watch.ts';

/** A Service that once had a ready address and had none from then on, for however short a time. */
export interface Outage {
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface EndpointsWatch {
  /** Services that had a ready address at some time. */
  readonly services: ReadonlySet<string>;
  /** Ends the watch once everything until now has been seen. @returns the outages in order */
  stop(): Promise<readonly Outage[]>;
}

/** Watches all Endpoints of a namespace from now on. */
export async function watchEndpoints(cluster: TestCluster, namespace: string): Promise<EndpointsWatch> {
  const path = `/api/v1/namespaces/${namespace}/endpoints`;
  const log = new OutageLog();
  const watching = watchObjects(cluster, path, (event) => log.add(event));
  cluster.onStop(() => watching.stop());
  await watching.listed;
  const stop = async (): Promise<readonly Outage[]> => {
    await caughtUp(cluster, namespace, log);
    watching.stop();
    return log.outages;
  };
  return { services: log.served, stop };
}

class OutageLog {
  readonly outages: Outage[] = [];
  readonly served = new Set<string>();
  readonly seen = new Set<string>();
  readonly #serving = new Set<string>();

  add({ type, object }: WatchEvent): void {
    const service = object.metadata.name;
    this.seen.add(service);
    if (type !== 'DELETED' && hasReadyAddress(object)) {
      this.served.add(service);
      this.#serving.add(service);
      return;
    }
    if (this.#serving.delete(service)) this.outages.push({ service, at: Date.now() });
  }
}

/** Changes come in order: when an object made now has been seen, so has all before it. */
async function caughtUp(cluster: TestCluster, namespace: string, { seen }: OutageLog): Promise<void> {
  const name = `watched-until-here-${randomUUID()}`;
  const marker = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace } };
  await cluster.create(marker);
  await eventually(async () => (seen.has(name) ? true : undefined), { what: 'the watch of Endpoints', interval: 5 });
  await cluster.delete(marker);
}

function hasReadyAddress(endpoints: K8sObject): boolean {
  return listAt(endpoints.subsets).some((subset) => listAt(valueAt(subset, 'addresses')).length > 0);
}
