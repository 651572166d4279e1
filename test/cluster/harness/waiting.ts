import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** What is waited for, for the error. */
  readonly what: string;
  /** Milliseconds; 60 s unless told. */
  readonly timeout?: number;
  /** Milliseconds between two looks. */
  readonly interval?: number;
}

/**
 * Looks again and again until there is something.
 * @returns what `look` found
 * @throws Error when it found nothing in time; an error of `look` itself goes through at once
 */
export async function eventually<T>(look: () => Promise<T | undefined>, patience: Patience): Promise<T> {
  const { what, timeout = 60_000, interval = 50 } = patience;
  const deadline = Date.now() + timeout;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`still waiting after ${timeout} ms for ${what}`);
    await sleep(interval);
  }
}
