import { counted } from '../../core/counted.ts';
import { refText } from '../../core/object.ts';
import { type Problem, type Severity, worstFirst } from '../../core/problem.ts';
import { shortList } from '../../core/short-list.ts';
import { bullets, details } from './blocks.ts';
import { code, prose } from './inline.ts';
import type { Measure } from './limit.ts';
import { link } from './link.ts';

/** Where a kind of finding is documented, by its id. */
export type DocsOf = (id: string) => string | undefined;

const TITLE: Readonly<Record<Severity, string>> = { blocker: 'Blockers', warning: 'Warnings', note: 'Notes' };
const MOST_IDS = 20;

/** What was found, worst first, each with what to do about it; notes open on a click. */
export function findingsSection(problems: readonly Problem[], docsOf: DocsOf, measure: Measure): readonly string[] {
  if (problems.length === 0) return [];
  const severities = new Set(worstFirst(problems).map(({ severity }) => severity));
  const groups = [...severities].flatMap((severity) => {
    const group = problems.filter((problem) => problem.severity === severity);
    const list = findingList(group, docsOf, severity === 'blocker' ? measure.vital : measure.other);
    return severity === 'note' ? [details(counted(group.length, 'note'), list)] : [`#### ${TITLE[severity]}`, list];
  });
  return ['### Findings', ...groups];
}

/** `2 blocking, 1 warning, 3 notes` */
export function findingCounts(problems: readonly Problem[]): string {
  const count = (severity: Severity) => problems.filter((problem) => problem.severity === severity).length;
  return `${count('blocker')} blocking, ${counted(count('warning'), 'warning')}, ${counted(count('note'), 'note')}`;
}

function findingList(group: readonly Problem[], docsOf: DocsOf, most: number): string {
  const shown = group.slice(0, most).map((problem) => finding(problem, docsOf));
  const left = group.slice(most);
  return bullets(left.length === 0 ? shown : [...shown, `and ${left.length} more: ${idCounts(left)}`]);
}

function finding({ id, message, ref, hint }: Problem, docsOf: DocsOf): string {
  const docs = docsOf(id);
  const object = ref === undefined ? '' : refText(ref);
  return [
    `${code(id)}: ${prose(message)}${docs === undefined ? '' : ` (${link('docs', docs)})`}`,
    ...(object === '' || message.includes(object) ? [] : [`  - object: ${code(object)}`]),
    ...(hint === undefined ? [] : [`  - hint: ${prose(hint)}`]),
  ].join('\n');
}

/** How many of each kind there are, the most frequent first. */
function idCounts(problems: readonly Problem[]): string {
  const counts = new Map<string, number>();
  for (const { id } of problems) counts.set(id, (counts.get(id) ?? 0) + 1);
  const texts = [...counts].sort(([, a], [, b]) => b - a).map(([id, count]) => `${count} × ${code(id)}`);
  return shortList(texts, MOST_IDS);
}
