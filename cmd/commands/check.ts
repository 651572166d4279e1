import { checkFlags } from '../flags/check-flags.ts';
import { connectionFlags } from '../flags/connection-flags.ts';
import { command } from './command.ts';

export const check = command({
  name: 'check',
  describe: 'look for what goes wrong in the upgrade, before anything is touched; writes nothing',
  words: {},
  flags: { ...checkFlags, ...connectionFlags },
  examples: [
    ['check', 'what would break'],
    ['check -f istio-init/files -f istio-1.2.yaml', 'with what this target would lose or change'],
    ['check --explain config-rejected', 'all about one kind of finding'],
  ],
  run: async (args, shell) => (await import('../handlers/check.ts')).runCheckCommand(args, shell),
});
