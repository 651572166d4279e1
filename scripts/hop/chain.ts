import type { HopNames } from './hop-names.ts';

/**
 * The text of src/hops/index.ts with one hop more at its end.
 * @throws Error when the text is not what it is known to be
 */
export function withHop(index: string, { folder, hop }: HopNames): string {
  const line = `import { ${hop} } from './${folder}/hop.ts';\n`;
  const imported = index.replace(/(?:^import [^\n]+\n)+/m, (imports) => `${imports}${line}`);
  const chained = imported.replace(/(= \[[^\]]*\w),?(\s*\];)/, `$1, ${hop}$2`);
  if (imported === index || chained === imported) throw new Error('src/hops/index.ts is not the list that it was');
  return chained;
}
