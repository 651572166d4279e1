import type { Command } from '../../cmd/commands/command.ts';
import { helpMarkdown, markdownTable } from './markdown-table.ts';

/** Every command with what it does. */
export function commandTable(commands: readonly Command[]): string {
  return markdownTable(
    ['command', 'what it does'],
    commands.map(({ name, usage, describe }) => [`\`${`${name} ${usage}`.trimEnd()}\``, helpMarkdown(describe)]),
  );
}
