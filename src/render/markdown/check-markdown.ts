import type { CheckReport } from '../../app/check-mesh.ts';
import { counted } from '../../core/counted.ts';
import { blockers } from '../../core/problem.ts';
import { facts, placeText, wayText } from './facts.ts';
import { type DocsOf, findingCounts, findingsSection } from './findings.ts';
import { fitting, type Measure } from './limit.ts';

/** What was found in a mesh, for a pull request or a change ticket. */
export function checkMarkdown(report: CheckReport, docsOf: DocsOf): string {
  return fitting((measure) => `${sections(report, docsOf, measure).join('\n\n')}\n`);
}

function sections(report: CheckReport, docsOf: DocsOf, measure: Measure): readonly string[] {
  const { from, to, checks, problems } = report;
  const blocking = blockers(problems).length;
  const found = problems.length === 0 ? 'nothing' : findingCounts(problems);
  return [
    `## ${wayText(from, to)}: what was found beforehand`,
    ...(blocking === 0
      ? []
      : [`**${counted(blocking, 'finding')} ${blocking === 1 ? 'blocks' : 'block'} the upgrade.**`]),
    facts([
      ['Control plane', placeText(report)],
      ['Found', `${found}, by ${counted(checks.length, 'check')}`],
    ]),
    ...findingsSection(problems, docsOf, measure),
  ];
}
