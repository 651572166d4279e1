import { escapeControls } from '../../diff/escape.ts';

const MOST_OPEN = 20;

export type Column = string | { readonly head: string; readonly align: 'right' };

/**
 * A table as GitHub reads it.
 * @param rows cells that are Markdown already
 */
export function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const heads = columns.map((column) => (typeof column === 'string' ? column : column.head));
  const rules = columns.map((column) => (typeof column === 'string' ? '---' : '---:'));
  return [heads, rules, ...rows].map(line).join('\n');
}

function line(cells: readonly string[]): string {
  return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
}

export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/**
 * What opens on a click. GitHub reads Markdown inside only with empty lines around it.
 * @param summary HTML
 */
export function details(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** Lines as they are, in a fence that none of them can close. */
export function fenced(language: 'diff' | 'sh', text: string): string {
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${escapeControls(text)}\n${fence}`;
}

/** Long lists open on a click, short ones stand there. */
export function folded(summary: string, rows: number, body: string): string {
  return rows > MOST_OPEN ? details(summary, body) : body;
}
