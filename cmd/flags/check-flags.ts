import { planFlags } from './plan-flags.ts';
import { releaseFlags } from './release-flags.ts';

export const CHECK_OUTPUTS = ['text', 'json', 'markdown'] as const;

/** Flags of check, in yargs' terms. */
export const checkFlags = {
  'istio-namespace': planFlags['istio-namespace'],
  filename: planFlags.filename,
  ...releaseFlags,
  strategy: planFlags.strategy,
  ignore: planFlags.ignore,
  explain: { type: 'string', nargs: 1, describe: 'tell all about one kind of finding, by its id, and read nothing' },
  output: { alias: 'o', type: 'string', choices: CHECK_OUTPUTS, default: 'text', describe: 'output format' },
  snapshot: planFlags.snapshot,
  color: planFlags.color,
} as const;
