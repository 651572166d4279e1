import type { Leases } from '../../src/app/lease.ts';
import type { Clock, Cluster } from '../../src/app/ports.ts';
import { ApiError } from '../../src/core/errors.ts';
import { refOf, refText } from '../../src/core/object.ts';

/** The leases of a cluster in memory. */
export function leasesOf(cluster: Cluster): Leases {
  const underWay = new Set<string>();
  return {
    get: (resource, ref) => cluster.get(resource, ref),
    update: (resource, body) => cluster.update(resource, body),
    create: async (resource, body, options) => {
      const name = refText(refOf(body));
      const isFirst = !underWay.has(name);
      underWay.add(name);
      try {
        if (!isFirst || (await cluster.get(resource, refOf(body))) !== undefined)
          throw new ApiError('already exists', { status: 409, reason: 'AlreadyExists' });
        return await cluster.apply(resource, body, options ?? {});
      } finally {
        if (isFirst) underWay.delete(name);
      }
    },
  };
}

/** A clock that moves when it is told, and lets everybody run who waits for it. */
export interface SteppedClock extends Clock {
  advance(milliseconds: number): Promise<void>;
}

export function steppedClock(): SteppedClock {
  let now = Date.UTC(2019, 9, 1);
  let sleepers: readonly { readonly due: number; readonly wake: () => void }[] = [];
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted) resolve();
        signal?.addEventListener('abort', () => resolve());
        sleepers = [...sleepers, { due: now + milliseconds, wake: resolve }];
      }),
    async advance(milliseconds) {
      const end = now + milliseconds;
      for (await turn(); now < end; await turn()) {
        now = Math.min(end, ...sleepers.map(({ due }) => due).filter((due) => due > now));
        const awake = sleepers.filter(({ due }) => due <= now);
        sleepers = sleepers.filter(({ due }) => due > now);
        for (const { wake } of awake) wake();
      }
    },
  };
}
