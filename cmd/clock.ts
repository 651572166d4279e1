import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../src/app/ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    // An aborted sleep is a short one: who called looks at the signal next.
    await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
