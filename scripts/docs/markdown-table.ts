/** A table as GitHub reads it; cells are Markdown, in which a `|` is escaped here. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

const WORD = /(?<![\w`-])(?:--?[a-z][a-z-]*|\$[A-Z][A-Z_]+(?:\/[\w./-]+)?)/g;

/** The text of help as Markdown: flags and variables become code. */
export function helpMarkdown(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll(WORD, (word) => `\`${word}\``);
}
