/** How the control plane is installed; `auto`: by whom it is now. */
export const STRATEGIES = ['auto', 'kubectl', 'helm'] as const;
export type Strategy = (typeof STRATEGIES)[number];
