import { EXIT } from '../../src/core/errors.ts';
import { VERSION } from '../version.ts';
import { command } from './command.ts';

export const version = command({
  name: 'version',
  describe: 'print the version of this plugin',
  words: {},
  flags: {},
  examples: [],
  run: async (_args, shell) => {
    shell.out(`${VERSION}\n`);
    return EXIT.done;
  },
});
