import type { EXIT } from '../src/core/errors.ts';

/** What each exit code tells a script, for the documentation. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done; of `plan` and `check`: nothing blocks, whether there are changes or not',
  failed: 'failed',
  usage: 'usage; also a question to ask, no terminal to ask it on, and no `--yes`',
  blocked:
    'blocked: no known way from what runs to the target, a blocking finding, another run, a saved plan that something moved under, or `--yes` to a change of mutual TLS without `--allow-mtls-change`; nothing was written',
  declined: 'declined at the question',
  changes: 'only of `plan`, with `--detailed-exitcode`: nothing blocks, and there are changes',
  interrupted: 'interrupted',
};
