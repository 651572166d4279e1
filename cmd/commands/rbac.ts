import { connectionFlags } from '../flags/connection-flags.ts';
import { rbacFlags } from '../flags/rbac-flags.ts';
import { command } from './command.ts';
import { roleCommandFrom } from './role-command.ts';

export const rbac = command({
  name: 'rbac',
  describe: 'print the roles that a command needs, as manifests for kubectl apply; writes nothing',
  usage: '<for>',
  words: {
    for: {
      type: 'string',
      demandOption: true,
      coerce: roleCommandFrom,
      describe:
        'status, check, plan or apply; the roles of a later one are enough for those before it, and of apply for rollback',
    },
  },
  flags: { ...rbacFlags, ...connectionFlags },
  examples: [
    ['rbac plan --subject group:developers', 'let others look, with or without a target'],
    ['rbac apply --release istio-1.2.10 --values mesh.yaml', 'what applying exactly this takes'],
    ['rbac apply --phase data-plane -n shop', 'restarting the workloads of a namespace'],
  ],
  run: async (args, shell) => (await import('../handlers/rbac.ts')).runRbacCommand(args, shell),
});
