import { COLOUR_CHOICES } from './colour-choices.ts';
import { stateFlags } from './state-flags.ts';

export const HISTORY_OUTPUTS = ['text', 'json', 'yaml', 'markdown'] as const;

/** Flags of history, in yargs' terms. */
export const historyFlags = {
  ...stateFlags,
  output: { alias: 'o', type: 'string', choices: HISTORY_OUTPUTS, default: 'text' as const, describe: 'output format' },
  color: { type: 'string', choices: COLOUR_CHOICES, default: 'auto', describe: 'whether to colour' },
} as const;
