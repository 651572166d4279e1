import { NO_LEASE } from '../../src/app/lease-rights.ts';
import { PHASES } from '../../src/core/phase.ts';
import { planFlags } from './plan-flags.ts';
import { stateFlags } from './state-flags.ts';

/** Flags of rollback, in yargs' terms. */
export const rollbackFlags = {
  filename: {
    alias: 'f',
    type: 'string',
    array: true,
    nargs: 1,
    describe:
      "without a journal: the old release's rendered manifests, to go back to: files, directories, or - for stdin",
  },
  phase: {
    type: 'string',
    array: true,
    choices: PHASES,
    describe: 'only what these phases did (default: crds, config and control-plane; with -f control-plane)',
  },
  'istio-namespace': planFlags['istio-namespace'],
  prune: {
    type: 'boolean',
    default: false,
    describe: 'with -f: also delete what only the newer release has; never CRDs',
  },
  take: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'put one field back although others changed it since: REF:PATH, as a conflict names it',
  },
  'force-conflicts': {
    type: 'boolean',
    default: false,
    describe: 'put every field back although others changed it since',
  },
  ignore: {
    type: 'string',
    array: true,
    nargs: 1,
    choices: [NO_LEASE],
    describe:
      'go on where leases may not be written and nothing keeps a second run away; it is still told, and recorded',
  },
  snapshot: planFlags.snapshot,
  'snapshot-out': {
    type: 'string',
    nargs: 1,
    describe: 'where the resulting snapshot is written (default: back to --snapshot)',
  },
  helm: {
    type: 'string',
    nargs: 1,
    describe: "Helm, 3 or newer, which takes back what was done Helm's way (default: that in PATH)",
  },
  yes: { alias: 'y', type: 'boolean', default: false, describe: 'do not ask' },
  timeout: { type: 'string', default: '10m', describe: 'how long one wait may take' },
  settle: {
    type: 'string',
    nargs: 1,
    describe: 'how long configuration is given to take effect before what rests on it is taken back (default: 15s)',
  },
  ...stateFlags,
  color: planFlags.color,
  'context-lines': planFlags['context-lines'],
  quiet: planFlags.quiet,
  'show-managed-fields': planFlags['show-managed-fields'],
} as const;
