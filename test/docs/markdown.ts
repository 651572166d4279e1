/** Lines of a Markdown text that stand in code blocks, and those that do not. */
export interface Lines {
  readonly code: readonly string[];
  readonly prose: readonly string[];
}

export function linesOf(markdown: string): Lines {
  const code: string[] = [];
  const prose: string[] = [];
  let isCode = false;
  for (const line of markdown.split('\n')) {
    if (line.trimStart().startsWith('```')) isCode = !isCode;
    else (isCode ? code : prose).push(line);
  }
  return { code, prose };
}

/** What stands between backticks in prose, also where a line ends in between. */
export function inlineCode({ prose }: Lines): readonly string[] {
  return [...prose.join('\n').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\n', ' '));
}

/** `](CONTRIBUTING.md#adding-a-hop)` → `CONTRIBUTING.md#adding-a-hop`; other sites' are left out. */
export function relativeLinks({ prose }: Lines): readonly string[] {
  const targets = [...prose.join('\n').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub makes of headings: https://github.com/gjtorikian/html-pipeline, toc_filter.rb. */
export function anchors({ prose }: Lines): readonly string[] {
  return prose
    .flatMap((line) => /^#{1,6} (.*)$/.exec(line)?.[1] ?? [])
    .map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
}
