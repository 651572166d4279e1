import { escapeControls } from '../../src/diff/escape.ts';
import type { Candidate } from './source.ts';
import type { Wanted } from './wanted.ts';

/**
 * What the shell is told besides the candidates, as bits.
 * @see https://github.com/spf13/cobra/blob/v1.10.1/completions.go `ShellCompDirective`
 */
const DIRECTIVE = { shellsOwn: 0, noFiles: 4, filesWithExtension: 8, onlyDirectories: 16, keepOrder: 32 } as const;

/** @returns the lines that kubectl expects: a candidate each, with its help behind a tab, and the directive */
export function answerText(wanted: Wanted, found: readonly Candidate[]): string {
  const { source, lead } = wanted;
  // A shell completes whole words with files, and the part behind `=`.
  if (lead === '' && source.from === 'directories') return text([], DIRECTIVE.onlyDirectories);
  if (lead === '' && source.from === 'files')
    return text(source.extensions, source.extensions.length > 0 ? DIRECTIVE.filesWithExtension : DIRECTIVE.shellsOwn);
  const order = source.from === 'runs' ? DIRECTIVE.keepOrder : 0;
  return text(linesFor(wanted, found), DIRECTIVE.noFiles + order);
}

export const NO_ANSWER = text([], DIRECTIVE.noFiles);

function linesFor({ typed, lead, used }: Wanted, found: readonly Candidate[]): readonly string[] {
  return found
    .filter(({ value }) => value.startsWith(typed) && !used.includes(value) && isOneWord(value))
    .map(({ value, help }) => (help ? `${lead}${value}\t${oneLine(help)}` : `${lead}${value}`));
}

/** Names in a kubeconfig can be anything; what would command the terminal or break the line is left out. */
function isOneWord(value: string): boolean {
  return value !== '' && !/[\t\n]/.test(value) && escapeControls(value) === value;
}

function oneLine(help: string): string {
  return escapeControls(help.replaceAll(/\s+/g, ' '));
}

function text(lines: readonly string[], directive: number): string {
  return [...lines, `:${directive}\n`].join('\n');
}
