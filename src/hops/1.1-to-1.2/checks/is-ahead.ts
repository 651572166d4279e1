import type { CheckContext } from '../../../plan/check.ts';

/** Whether the control plane still has the upgrade before it. Afterwards what it broke is broken, and stopping helps nobody. */
export function isAhead({ from }: Pick<CheckContext, 'from'>): boolean {
  return from.major === 1 && from.minor < 2;
}
