import { connectionFlags } from '../flags/connection-flags.ts';
import { statusFlags } from '../flags/status-flags.ts';
import { command } from './command.ts';

export const status = command({
  name: 'status',
  describe: 'show what runs where: the control plane, and which workloads have which sidecar; writes nothing',
  words: {},
  flags: { ...statusFlags, ...connectionFlags },
  examples: [
    ['status --stale', 'what still has an old sidecar, and what would upgrade it'],
    ['status -n shop -l app=cart -o wide', 'some workloads of one namespace, with images'],
  ],
  run: async (args, shell) => (await import('../handlers/status.ts')).runStatusCommand(args, shell),
});
