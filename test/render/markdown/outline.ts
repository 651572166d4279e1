import assert from 'node:assert/strict';

/** What of a report GitHub reads as Markdown or HTML, and what it leaves alone. */
export interface Outline {
  readonly headings: readonly string[];
  readonly summaries: readonly string[];
  /** What stands in fences. */
  readonly fenced: readonly string[];
  /** All other lines. */
  readonly read: readonly string[];
}

/** Reads a report line by line as CommonMark does. @throws AssertionError where a fence or `<details>` is not closed, or lacks its empty lines */
export function outlineOf(markdown: string): Outline {
  const [headings, summaries, fenced, read]: [string[], string[], string[], string[]] = [[], [], [], []];
  const lines = markdown.split('\n');
  let fence: string | undefined;
  let open = 0;
  for (const [index, line] of lines.entries()) {
    if (fence !== undefined) {
      const [, closing = ''] = /^ {0,3}(`+)\s*$/.exec(line) ?? [];
      if (closing.length >= fence.length) fence = undefined;
      else fenced.push(line);
      continue;
    }
    [, fence] = /^(`{3,})[a-z]*$/.exec(line) ?? [];
    if (fence !== undefined) continue;
    if (line === '<details>') {
      open += 1;
      assert.match(lines[index + 1] ?? '', /^<summary>.*<\/summary>$/);
      assert.equal(lines[index + 2], '', 'an empty line before what opens');
    } else if (line === '</details>') {
      open -= 1;
      assert.ok(open >= 0, 'nothing is closed twice');
      assert.equal(lines[index - 1], '', 'an empty line behind what opens');
    } else if (line.startsWith('<summary>')) summaries.push(line.slice('<summary>'.length, -'</summary>'.length));
    else {
      if (/^#+ /.test(line)) headings.push(line);
      read.push(line);
    }
  }
  assert.equal(fence, undefined, 'every fence is closed');
  assert.equal(open, 0, 'every <details> is closed');
  return { headings, summaries, fenced, read };
}

/** A line without code, links and this tool's own markup: what GitHub may still make something of. */
export function readable(line: string): string {
  return line
    .replaceAll(/\[docs\]\(<[^<>]*>\)/g, '')
    .replaceAll(/`[^`]+`/g, '')
    .replaceAll(/&#(?:96|124);/g, '')
    .replace(/^(?:#{2,4} | {0,2}- |\|)/, '')
    .replaceAll('**', '');
}

/** What would be HTML, a mention, an issue, a link, an emoji, emphasis or an escape. */
export const ACTIVE = /[<>@#[\]*_~$\\`]|:[\w+-]+:|:\/\/|(?<!\p{L})www\.|&\w/u;
