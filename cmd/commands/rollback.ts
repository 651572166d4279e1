import { systemClock } from '../clock.ts';
import { connectionFlags } from '../flags/connection-flags.ts';
import { rollbackFlags } from '../flags/rollback-flags.ts';
import { command } from './command.ts';

export const rollback = command({
  name: 'rollback',
  describe: 'show what would take the last run back, ask, and carry it out',
  usage: '[run..]',
  words: {
    run: {
      type: 'string',
      array: true,
      describe: 'runs to take back, by their ids (default: the last one that wrote something)',
    },
  },
  flags: { ...rollbackFlags, ...connectionFlags },
  examples: [
    ['rollback', 'take the last run back'],
    ['rollback -f istio-1.1.yaml', "go back to the old release's manifests, where no run is kept"],
  ],
  run: async (args, shell) => (await import('../handlers/rollback.ts')).runRollbackCommand(args, shell, systemClock),
});
