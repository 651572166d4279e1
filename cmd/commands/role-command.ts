import { ROLE_COMMANDS, type RoleCommand } from '../../src/core/access.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';

/** @throws UpgradeError (exit 2) for a command that has no roles of its own */
export function roleCommandFrom(word: string): RoleCommand {
  const command = ROLE_COMMANDS.find((one) => one === word);
  if (command !== undefined) return command;
  const known = `there are roles for ${ROLE_COMMANDS.join(', ')}; those of apply are enough for rollback`;
  throw new UpgradeError(`rbac ${word}: ${known}`, { exit: EXIT.usage });
}
