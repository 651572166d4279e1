import { counted } from '../../core/counted.ts';
import type { Plan } from '../../core/plan.ts';
import { blockers } from '../../core/problem.ts';
import { shortList } from '../../core/short-list.ts';
import type { DiffOptions } from '../../diff/object-diff.ts';
import { operationWords } from '../helm-text.ts';
import { begunRestarts, summary } from '../plan-summary.ts';
import { bullets } from './blocks.ts';
import { changesSection } from './changes.ts';
import { commandsSection, type PlanCommands } from './commands.ts';
import { type Difference, differencesOf, differencesSection } from './differences.ts';
import { facts, placeText, wayText } from './facts.ts';
import { type DocsOf, findingCounts, findingsSection } from './findings.ts';
import { code, prose } from './inline.ts';
import { first, fitting, type Measure, sizeOf } from './limit.ts';
import { mentionsSection } from './mentions.ts';
import { mtlsCounts, mtlsSection } from './mtls.ts';

export interface PlanMarkdownOptions extends DiffOptions {
  readonly commands: PlanCommands;
  readonly docsOf: DocsOf;
  /** Diffs are left out: the table and the findings only. */
  readonly quiet?: boolean | undefined;
}

/** A whole plan for a pull request or a change ticket: as much of it as one comment on GitHub holds, the diffs last. */
export function planMarkdown(plan: Plan, options: PlanMarkdownOptions): string {
  const differences = differencesOf(plan, options);
  const report = fitting((measure) => joined(sections(plan, differences, { ...options, measure })));
  if (options.quiet) return report;
  return joined([report.trimEnd(), ...differencesSection(differences, sizeOf(report))]);
}

function joined(blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}

interface Parts extends PlanMarkdownOptions {
  readonly measure: Measure;
}

function sections(
  plan: Plan,
  differences: readonly Difference[],
  { commands, docsOf, measure }: Parts,
): readonly string[] {
  const blocking = blockers(plan.problems).length;
  return [
    `## ${wayText(plan.from, plan.to)}`,
    ...(blocking === 0
      ? []
      : [`**Blocked by ${counted(blocking, 'finding')}: nothing is applied before that is mended.**`]),
    head(plan, measure),
    ...findingsSection(plan.problems, docsOf, measure),
    ...changesSection(differences, measure),
    ...helmSection(plan, measure),
    ...mtlsSection(plan, measure),
    ...mentionsSection('Restarted already, by an earlier run', begunRestarts(plan), measure),
    ...mentionsSection('Left with their sidecar', plan.dataPlane?.leftAlone ?? [], measure),
    ...mentionsSection('Not applied', plan.skipped, measure),
    ...mentionsSection('Left behind by the installed release, deleted only with `--prune`', plan.leftovers, measure),
    ...commandsSection(commands, plan),
  ];
}

function head(plan: Plan, { other }: Measure): string {
  const { phases, problems, ignored } = plan;
  return facts([
    ['Control plane', placeText(plan)],
    ['Phases', phases.join(', ')],
    ['Plan', prose(summary(plan).replace(/^plan: /, ''))],
    ['Findings', findingCounts(problems)],
    ['Mutual TLS', mtlsCounts(plan)],
    ...(ignored.length === 0 ? [] : [['Ignored', shortList(ignored.map(code), other)] as const]),
  ]);
}

function helmSection({ helm = [] }: Plan, { other }: Measure): readonly string[] {
  if (helm.length === 0) return [];
  const lines = first(
    helm.map(operationWords),
    other,
    ({ command, what, where }) => `${code(command)}: ${prose(what)} (${prose(where)})`,
  );
  return ['### Runs of Helm', 'Each makes all changes marked "by Helm" of its phase:', bullets(lines)];
}
