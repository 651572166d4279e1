import { command } from './command.ts';

export const completion = command({
  name: 'completion',
  describe: 'print the script that lets kubectl complete this plugin',
  usage: '<program>',
  words: {
    program: {
      type: 'string',
      describe:
        'kubectl (1.26 or newer), which completes in bash, zsh, fish and PowerShell: it looks for the script on PATH as kubectl_complete-istio_upgrade, executable; krew does not put it there',
    },
  },
  flags: {},
  examples: [['completion kubectl > ~/.krew/bin/kubectl_complete-istio_upgrade', 'then: chmod +x what it wrote']],
  run: async (args, shell) => (await import('../handlers/completion.ts')).runCompletionCommand(args, shell),
});
