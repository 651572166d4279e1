const REGION = /^<!-- ([a-z-]+): written by npm run docs -->\n[\s\S]*?^<!-- \/\1 -->$/gm;

/**
 * A text with what stands between its marks replaced: `<!-- flags: written by npm run docs -->` begins a region, `<!-- /flags -->` ends it.
 * @param contents of every region, by its name
 * @throws Error when a region has no contents, or contents no region
 */
export function withRegions(text: string, contents: Readonly<Record<string, string>>): string {
  const found = [...text.matchAll(REGION)].map(([, name = '']) => name);
  const missing = Object.keys(contents).filter((name) => !found.includes(name));
  if (missing.length > 0) throw new Error(`no region for ${missing.join(', ')}`);
  return text.replaceAll(REGION, (_whole, name: string) => {
    const content = contents[name];
    if (content === undefined) throw new Error(`nothing is known to write into region ${name}`);
    return `<!-- ${name}: written by npm run docs -->\n\n${content}\n\n<!-- /${name} -->`;
  });
}
