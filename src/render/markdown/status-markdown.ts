import type { ControlPlanePart, Status } from '../../app/status.ts';
import { counted } from '../../core/counted.ts';
import { versionText } from '../../core/version.ts';
import { isInMesh, partRow, statusSummary, workloadHead, workloadRow } from '../status-rows.ts';
import { folded } from './blocks.ts';
import { facts, placeText } from './facts.ts';
import { type DocsOf, findingsSection } from './findings.ts';
import { prose } from './inline.ts';
import { fitting, type Measure } from './limit.ts';
import { rowsTable } from './rows-table.ts';

/** What runs where, for a pull request or a change ticket: the same tables as on a screen. */
export function statusMarkdown(status: Status, docsOf: DocsOf): string {
  return fitting((measure) => `${sections(status, docsOf, measure).join('\n\n')}\n`);
}

function sections({ mesh, cluster, problems }: Status, docsOf: DocsOf, measure: Measure): readonly string[] {
  const { version, istioNamespace, components, gateways } = mesh;
  return [
    `## ${version === undefined ? 'Istio (release unknown)' : prose(`Istio ${versionText(version)}`)}: what runs where`,
    facts([
      ['Control plane', placeText({ istioNamespace, cluster })],
      ['Workloads', prose(statusSummary(mesh))],
    ]),
    ...findingsSection(problems, docsOf, measure),
    ...partsTable('Control plane', components, measure),
    ...partsTable('Gateways', gateways, measure),
    ...workloadsTable(mesh, measure),
  ];
}

function partsTable(title: string, parts: readonly ControlPlanePart[], { vital }: Measure): readonly string[] {
  if (parts.length === 0) return [];
  const rows = parts.slice(0, vital).map(partRow);
  return [
    `### ${title}`,
    rowsTable(['Object', 'Version', 'Ready', 'Image'], rows),
    ...more(parts.length - rows.length),
  ];
}

/** Where not all fit, those with an old sidecar come first: they are what is left to do. */
function workloadsTable({ workloads }: Status['mesh'], { other }: Measure): readonly string[] {
  const inMesh = workloads.filter(isInMesh);
  if (inMesh.length === 0) return [];
  const stale = inMesh.filter(({ isStale }) => isStale);
  const ordered = inMesh.length <= other ? inMesh : [...stale, ...inMesh.filter(({ isStale }) => !isStale)];
  const rows = ordered.slice(0, other).map((workload) => workloadRow(workload, false));
  const table = folded(counted(rows.length, 'workload'), rows.length, rowsTable(workloadHead(inMesh, false), rows));
  return ['### Workloads', table, ...more(inMesh.length - rows.length)];
}

function more(count: number): readonly string[] {
  return count === 0 ? [] : [`and ${count} more`];
}
