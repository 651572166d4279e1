import { COLOURED, PLAIN, type Style } from '../../src/render/style.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';

/**
 * Whether a stream gets colour: `--color` decides, else `NO_COLOR`, `FORCE_COLOR` and `TERM=dumb`, else whether it is a terminal.
 */
export function styleFor(
  choice: ColourChoice,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Style {
  return isColoured(choice, env, isTerminal) ? COLOURED : PLAIN;
}

function isColoured(
  choice: ColourChoice,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0';
  return isTerminal && env.TERM !== 'dumb';
}
