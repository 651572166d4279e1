import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';
import { escapeControls } from '../../src/diff/escape.ts';
import type { Shell } from '../shell.ts';

/** What is asked about: `these 20 changes`. */
export function theseChanges({ changes }: Pick<Plan, 'changes'>): string {
  return changes.length === 1 ? 'this 1 change' : `these ${changes.length} changes`;
}

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
