import type { Change } from '../../core/change.ts';
import { counted } from '../../core/counted.ts';
import { kindText, refText } from '../../core/object.ts';
import { diffStat } from '../../diff/object-diff.ts';
import { marks } from '../change-words.ts';
import { folded, markdownTable } from './blocks.ts';
import type { Difference } from './differences.ts';
import { code, prose } from './inline.ts';
import type { Measure } from './limit.ts';

const COLUMNS = [
  ...(['Phase', 'Change', 'Object'] as const),
  ...(['+', '−'] as const).map((head) => ({ head, align: 'right' }) as const),
  '',
];

/** Every change in a line; where they are too many, how many of each kind. */
export function changesSection(differences: readonly Difference[], measure: Measure): readonly string[] {
  if (differences.length === 0) return [];
  const changes = differences.map(({ change }) => change);
  if (differences.length > measure.other) return ['### Changes', kindsTable(changes, measure)];
  const body = markdownTable(COLUMNS, differences.map(row));
  return ['### Changes', folded(counted(differences.length, 'object'), differences.length, body)];
}

function row({ change, lines }: Difference): readonly string[] {
  const { added, removed } = diffStat(lines);
  return [change.phase, change.op, code(refText(change.ref)), String(added), String(removed), prose(marks(change))];
}

/** As many as there are kinds, whatever the number of objects. */
function kindsTable(changes: readonly Change[], { vital }: Measure): string {
  const counts = new Map<string, { readonly change: Change; readonly count: number }>();
  for (const change of changes) {
    const key = `${change.phase} ${change.op} ${kindText(change.ref)}`;
    counts.set(key, { change, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const rows = [...counts.values()].map(({ change, count }) => [
    change.phase,
    change.op,
    code(kindText(change.ref)),
    String(count),
  ]);
  const left = rows.length - Math.min(rows.length, vital);
  const table = markdownTable(['Phase', 'Change', 'Kind', { head: 'Objects', align: 'right' }], rows.slice(0, vital));
  return left === 0 ? table : `${table}\n\nand ${counted(left, 'more kind')}`;
}
