import yargs from 'yargs';
import { connectionFlags } from '../flags/connection-flags.ts';
import { planFlags } from '../flags/plan-flags.ts';
import { stateFlags } from '../flags/state-flags.ts';
import { flagNamed, type Line } from './read-line.ts';

const WHERE_TO_LOOK = { ...connectionFlags, ...stateFlags, snapshot: planFlags.snapshot } as const;

export type LineFlags = ReturnType<typeof lineFlags>;

/**
 * The flags that say where to look, as the command itself would take them.
 * @throws UpgradeError for a value that one of them cannot have
 */
export function lineFlags({ flags }: Line) {
  const words = [...flags].flatMap(([name, values]) => {
    const isList = flagNamed(name, WHERE_TO_LOOK)?.[1].array === true;
    return (isList ? values : values.slice(-1)).map((value) => `--${name}=${value}`);
  });
  return yargs()
    .options(WHERE_TO_LOOK)
    .parserConfiguration({ 'greedy-arrays': false })
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Error(message);
    })
    .parseSync(words);
}
