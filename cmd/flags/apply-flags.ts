import { last, parseNumber } from './connection-flags.ts';
import { planFlags } from './plan-flags.ts';
import { stateFlags } from './state-flags.ts';

/** Flags of apply, in yargs' terms. */
export const applyFlags = {
  ...planFlags,
  yes: { alias: 'y', type: 'boolean', default: false, describe: 'do not ask' },
  'allow-mtls-change': {
    type: 'boolean',
    default: false,
    describe: 'with --yes: also make changes that weaken or tighten mutual TLS',
  },
  timeout: { type: 'string', default: '10m', describe: 'how long one wait may take' },
  settle: {
    type: 'string',
    nargs: 1,
    describe:
      'how long new configuration is given to take effect before what rests on it is written (default: 15s; 0 with --snapshot)',
  },
  'max-parallel': {
    type: 'string',
    nargs: 1,
    default: '1',
    defaultDescription: '1',
    describe: 'phase data-plane: workloads of one namespace restarted at a time',
    coerce: (value: string | readonly string[]) => parseNumber('--max-parallel', last(value), 1),
  },
  'snapshot-out': {
    type: 'string',
    nargs: 1,
    describe: 'where the resulting snapshot is written (default: back to --snapshot)',
  },
  ...stateFlags,
} as const;
