import { planFlags } from './plan-flags.ts';
import { releaseFlags } from './release-flags.ts';

export const RBAC_OUTPUTS = ['yaml', 'json'] as const;
export const RBAC_STRATEGIES = ['kubectl', 'helm'] as const;

/** Flags of rbac, in yargs' terms: those of the command line that the roles are for, and whom to bind them to. */
export const rbacFlags = {
  filename: planFlags.filename,
  ...releaseFlags,
  phase: { ...planFlags.phase, describe: 'phases that the roles are for (default: crds, config and control-plane)' },
  'istio-namespace': planFlags['istio-namespace'],
  evict: planFlags.evict,
  prune: planFlags.prune,
  strategy: {
    type: 'string',
    choices: RBAC_STRATEGIES,
    default: 'kubectl',
    describe: 'whose way the control plane is upgraded; helm adds what Helm reads and writes as the same user',
  },
  secrets: {
    type: 'boolean',
    default: false,
    describe: 'also the right to list Secrets, in which Helm keeps its records',
  },
  subject: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'also bind the roles: user:NAME, group:NAME or serviceaccount:NAMESPACE:NAME',
  },
  output: { alias: 'o', type: 'string', choices: RBAC_OUTPUTS, default: 'yaml', describe: 'output format' },
  snapshot: planFlags.snapshot,
  color: planFlags.color,
} as const;
