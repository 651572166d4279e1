import { planFlags, stateFlags } from './plan-flags.ts';

/** Flags of rollback, in yargs' terms. */
export const rollbackFlags = {
  'istio-namespace': planFlags['istio-namespace'],
  helm: { type: 'string', nargs: 1, describe: 'Helm, 3 or newer, which goes back (default: that in PATH)' },
  yes: { alias: 'y', type: 'boolean', default: false, describe: 'do not ask' },
  timeout: { type: 'string', default: '10m', describe: 'how long one wait may take' },
  ...stateFlags,
  color: planFlags.color,
  'context-lines': planFlags['context-lines'],
  quiet: planFlags.quiet,
  'show-managed-fields': planFlags['show-managed-fields'],
} as const;
