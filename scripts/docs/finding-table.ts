import type { ProblemKind } from '../../src/plan/problem-kind.ts';
import { markdownTable } from './markdown-table.ts';

const CLASSES: readonly (readonly [name: string, isIn: (kind: ProblemKind) => boolean])[] = [
  [
    'blockers that nobody may ignore',
    ({ severity, whyNotIgnored }) => severity === 'blocker' && whyNotIgnored !== undefined,
  ],
  [
    'blockers that `--ignore` lets pass',
    ({ severity, whyNotIgnored }) => severity === 'blocker' && whyNotIgnored === undefined,
  ],
  ['warnings', ({ severity }) => severity === 'warning'],
  ['notes', ({ severity }) => severity === 'note'],
];

/** The ids of all findings, by what they usually are. */
export function findingTable(kinds: readonly ProblemKind[]): string {
  const idsOf = (isIn: (kind: ProblemKind) => boolean) =>
    kinds
      .filter(isIn)
      .map(({ id }) => `\`${id}\``)
      .sort()
      .join(', ');
  return markdownTable(
    ['usually', 'findings'],
    CLASSES.map(([name, isIn]) => [name, idsOf(isIn)]),
  );
}
