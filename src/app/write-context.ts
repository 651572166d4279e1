import type { Clock, Cluster } from './ports.ts';

/** What writes go through. */
export interface WriteContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Milliseconds that one wait may take. */
  readonly timeout: number;
}
