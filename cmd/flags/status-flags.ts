import { planFlags } from './plan-flags.ts';

export const STATUS_OUTPUTS = ['text', 'wide', 'json', 'yaml', 'name', 'markdown'] as const;

/** Flags of status, in yargs' terms. */
export const statusFlags = {
  'istio-namespace': planFlags['istio-namespace'],
  'all-namespaces': {
    alias: 'A',
    type: 'boolean',
    default: false,
    describe: 'workloads of all namespaces, even if -n names one (default without -n)',
  },
  selector: {
    alias: 'l',
    type: 'string',
    nargs: 1,
    describe: 'only workloads with pods that fit this label selector, and only those pods',
  },
  stale: {
    type: 'boolean',
    default: false,
    describe: "only workloads with a sidecar of another release than Pilot's, or of an unknown one",
  },
  output: {
    alias: 'o',
    type: 'string',
    choices: STATUS_OUTPUTS,
    default: 'text',
    describe: 'output format; wide adds images and workloads outside the mesh',
  },
  snapshot: planFlags.snapshot,
  color: planFlags.color,
} as const;
