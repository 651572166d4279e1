/** The parts of an upgrade, in the order in which they are carried out. */
export const PHASES = ['crds', 'config', 'control-plane', 'data-plane'] as const;
export type Phase = (typeof PHASES)[number];

/** What an `apply` without `--phase` does: people upgrade the control plane on one day and namespaces on others. */
export const DEFAULT_PHASES: readonly Phase[] = ['crds', 'config', 'control-plane'];

/** Whether any of these phases installs the target: without one, whose the control plane is makes no difference. */
export function isInstalling(phases: readonly Phase[]): boolean {
  return phases.includes('crds') || phases.includes('control-plane');
}

/**
 * When, inside its phase, a change is written: before everything else, which rests on it; together with everything else; once that has
 * had time to take effect in Pilot; once the phase's workloads are rolled out; or at the very end, when nothing can need what goes.
 */
export const STAGES = ['prepare', 'write', 'settled', 'after-rollout', 'clean-up'] as const;
export type Stage = (typeof STAGES)[number];

export function isPhase(text: string): text is Phase {
  return PHASES.some((phase) => phase === text);
}
