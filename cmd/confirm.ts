import { EXIT, UpgradeError } from '../src/core/errors.ts';
import { escapeControls } from '../src/diff/escape.ts';
import type { Shell } from './shell.ts';

/**
 * Asks the one question that there is.
 * @throws UpgradeError (exit 2) when there is nobody to ask
 */
export async function isConfirmed(question: string, shell: Shell): Promise<boolean> {
  if (!shell.isStdinTerminal) {
    throw new UpgradeError('there is a question to ask and no terminal to ask it on', {
      exit: EXIT.usage,
      hint: 'look at the plan first, then pass --yes',
    });
  }
  const answer = await shell.ask(`${escapeControls(question)} Only "yes" is taken as yes: `);
  if (answer?.trim() === 'yes') return true;
  shell.err('declined: nothing was written\n');
  return false;
}
