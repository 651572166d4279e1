import { parseDuration } from '../flags/duration.ts';
import type { Shell } from '../shell.ts';

/** How long somebody who types waits for a cluster. */
export interface Patience {
  /** Milliseconds. */
  readonly patience: number;
  /** Fires when they are over. */
  readonly over: AbortSignal;
}

const VARIABLE = 'ISTIO_UPGRADE_COMPLETION_TIMEOUT';

/**
 * A second, or what the environment says, for credential plugins that take their time.
 * @throws UpgradeError where it says no duration
 */
export function patienceIn(env: Shell['env']): Patience {
  const patience = parseDuration(env[VARIABLE] || '1s', VARIABLE);
  return { patience, over: AbortSignal.timeout(patience) };
}
