import { counted } from '../../core/counted.ts';
import { refText } from '../../core/object.ts';
import type { Mention } from '../../core/plan.ts';
import { bullets, folded } from './blocks.ts';
import { code, prose } from './inline.ts';
import { first, type Measure } from './limit.ts';

/** Objects that are named and not changed, each with the reason. */
export function mentionsSection(title: string, list: readonly Mention[], { other }: Measure): readonly string[] {
  if (list.length === 0) return [];
  const lines = first(list, other, ({ ref, why }) => `${code(refText(ref))}: ${prose(why)}`);
  return [`### ${title}`, folded(counted(list.length, 'object'), lines.length, bullets(lines))];
}
