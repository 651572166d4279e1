import { EXIT_MEANINGS } from '../../cmd/exit-codes.ts';
import { EXIT } from '../../src/core/errors.ts';
import { markdownTable } from './markdown-table.ts';

/** What the process ends with, and what that means. */
export function exitCodeTable(): string {
  const meanings: Readonly<Record<string, string>> = EXIT_MEANINGS;
  return markdownTable(
    ['exit code', 'what it means'],
    Object.entries(EXIT).map(([word, code]) => [`${code}`, meanings[word] ?? word]),
  );
}
