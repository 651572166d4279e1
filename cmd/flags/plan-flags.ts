import { PHASES } from '../../src/core/phase.ts';
import { STRATEGIES } from '../../src/core/strategy.ts';
import { COLOUR_CHOICES } from './colour-choices.ts';
import { last, parseNumber } from './connection-flags.ts';
import { reinjectionFlags } from './reinjection-flags.ts';
import { releaseFlags } from './release-flags.ts';

export const PLAN_OUTPUTS = ['text', 'json', 'yaml', 'name', 'markdown'] as const;

/** Flags that plan and apply share, in yargs' terms. */
export const planFlags = {
  filename: {
    alias: 'f',
    type: 'string',
    array: true,
    nargs: 1,
    describe: "the target's rendered manifests, CRDs included: files, directories, or - for stdin",
  },
  ...releaseFlags,
  strategy: {
    type: 'string',
    choices: STRATEGIES,
    default: 'auto' as const,
    describe:
      "how the target is installed: kubectl's way or Helm's (auto: Helm's where Helm 3 keeps a record of the control plane)",
  },
  phase: {
    type: 'string',
    array: true,
    choices: PHASES,
    describe: 'only these phases (default: crds, config and control-plane; without a target config)',
  },
  'istio-namespace': {
    alias: 'i',
    type: 'string',
    default: 'istio-system',
    describe: 'namespace of the control plane',
  },
  'all-namespaces': {
    alias: 'A',
    type: 'boolean',
    default: false,
    describe: 'phase data-plane: workloads of all namespaces, even if -n names one',
  },
  selector: {
    alias: 'l',
    type: 'string',
    nargs: 1,
    describe: 'phase data-plane: only workloads with pods that fit this label selector',
  },
  evict: {
    type: 'boolean',
    default: false,
    describe: 'phase data-plane: evict the pods of OnDelete workloads, one at a time and as their budgets allow',
  },
  ...reinjectionFlags,
  prune: {
    type: 'boolean',
    default: false,
    describe: 'also delete what the installed release left behind; never CRDs',
  },
  'remove-annotations': {
    type: 'boolean',
    default: false,
    describe: 'also take auth.istio.io annotations out of Services once they are carried over',
  },
  take: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'take one field from another field manager: REF:PATH, as a conflict names it',
  },
  'force-conflicts': {
    type: 'boolean',
    default: false,
    describe: 'take every conflicting field from other field managers',
  },
  ignore: {
    type: 'string',
    array: true,
    nargs: 1,
    describe:
      'a finding that does not block, by its id (with a saved plan only no-lease); it is still told, and recorded',
  },
  snapshot: {
    type: 'string',
    nargs: 1,
    describe: 'work on a file of objects, as kubectl get prints them with -o yaml, instead of a cluster',
  },
  color: { type: 'string', choices: COLOUR_CHOICES, default: 'auto', describe: 'whether to colour' },
  'context-lines': {
    type: 'string',
    nargs: 1,
    default: '3',
    defaultDescription: '3',
    describe: 'unchanged lines around each difference',
    coerce: (value: string | readonly string[]) => parseNumber('--context-lines', last(value), 0),
  },
  quiet: { alias: 'q', type: 'boolean', default: false, describe: 'table, findings and results only' },
  'show-managed-fields': { type: 'boolean', default: false, describe: 'show field ownership in the differences' },
} as const;

/** Flags of plan alone. */
export const planOnlyFlags = {
  out: {
    type: 'string',
    nargs: 1,
    describe: 'also save the plan to this file, for apply FILE; it holds no values of Secrets',
  },
  output: { alias: 'o', type: 'string', choices: PLAN_OUTPUTS, default: 'text' as const, describe: 'output format' },
  'detailed-exitcode': {
    type: 'boolean',
    default: false,
    describe: 'exit with 5 when there are changes and nothing blocks',
  },
  'write-manifests': {
    type: 'string',
    nargs: 1,
    describe: 'also write the resulting objects into this new or empty directory, with a README of how to apply them',
  },
} as const;
