import { systemClock } from '../clock.ts';
import { applyFlags } from '../flags/apply-flags.ts';
import { connectionFlags } from '../flags/connection-flags.ts';
import { command } from './command.ts';

export const apply = command({
  name: 'apply',
  describe: 'show the plan, ask, and carry it out',
  usage: '[plan]',
  words: {
    plan: {
      type: 'string',
      describe: 'a file that plan --out saved: exactly that plan, if everything is as it was',
    },
  },
  flags: { ...applyFlags, ...connectionFlags },
  examples: [
    ['apply --release istio-1.2.10 --values mesh.yaml', 'upgrade the control plane'],
    ['apply upgrade.plan', 'exactly what plan --out upgrade.plan has shown'],
    ['apply --phase data-plane -n shop', 'then bring the workloads of a namespace to its sidecar'],
  ],
  run: async (args, shell) => (await import('../handlers/apply.ts')).runApplyCommand(args, shell, systemClock),
});
