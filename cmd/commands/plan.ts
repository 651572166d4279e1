import { connectionFlags } from '../flags/connection-flags.ts';
import { planFlags, planOnlyFlags } from '../flags/plan-flags.ts';
import { command } from './command.ts';

export const plan = command({
  name: 'plan',
  describe: 'show what an upgrade would change; writes nothing',
  words: {},
  flags: { ...planFlags, ...planOnlyFlags, ...connectionFlags },
  examples: [
    ['plan --release istio-1.2.10 --values mesh.yaml', 'the difference to a release, with your values'],
    ['plan -f istio-init/files -f istio-1.2.yaml', 'the difference to the release rendered into these files'],
    ['plan --release 1.2.10 --phase control-plane -o json', 'one phase, for a program'],
  ],
  run: async (args, shell) => (await import('../handlers/plan.ts')).runPlanCommand(args, shell),
});
