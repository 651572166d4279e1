import { historyFlags } from '../flags/history-flags.ts';
import { command } from './command.ts';

export const history = command({
  name: 'history',
  describe: 'list the runs that are kept, or show one of them',
  usage: '[run]',
  words: { run: { type: 'string', describe: 'a run to show, by its id or the beginning of it' } },
  flags: historyFlags,
  examples: [
    ['history', 'every run that is kept, on any cluster'],
    ['history 20261128 -o yaml', 'all about one'],
  ],
  run: async (args, shell) => (await import('../handlers/history.ts')).runHistoryCommand(args, shell),
});
