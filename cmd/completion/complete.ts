import { EXIT, type ExitCode } from '../../src/core/errors.ts';
import { COMMANDS } from '../commands/index.ts';
import type { Shell } from '../shell.ts';
import { answerText, NO_ANSWER } from './answer.ts';
import { findCandidates } from './find-candidates.ts';
import { wantedAt } from './wanted.ts';

/**
 * Prints what the last of these words can become, as kubectl asks for it, and nothing about what goes wrong.
 * @see https://github.com/kubernetes/kubectl/blob/v0.35.0/pkg/cmd/plugin/plugin_completion.go
 */
export async function complete(words: readonly string[], shell: Shell): Promise<ExitCode> {
  shell.endsAtOnce();
  shell.out(await answer(words, shell).catch(() => NO_ANSWER));
  return EXIT.done;
}

async function answer(words: readonly string[], shell: Shell): Promise<string> {
  const wanted = wantedAt(words, COMMANDS);
  return answerText(wanted, await findCandidates(wanted, shell));
}
