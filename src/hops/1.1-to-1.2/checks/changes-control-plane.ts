import type { CheckContext } from '../../../plan/check.ts';

/** Whether this run is about the control plane; one without any phase looks at the whole upgrade. */
export function changesControlPlane({ phases }: Pick<CheckContext, 'phases'>): boolean {
  return phases.length === 0 || phases.includes('control-plane');
}
