import type { ControlPlanePart, Status, WorkloadStatus } from '../app/status.ts';
import { versionText } from '../core/version.ts';
import { escapeControls } from '../diff/escape.ts';
import { columns } from './columns.ts';
import { isInMesh, partRow, statusSummary, workloadHead, workloadRow } from './status-rows.ts';
import type { Style } from './style.ts';

export interface StatusTextOptions {
  readonly style: Style;
  /** Images and reasons in full, and workloads that are no part of the mesh. */
  readonly isWide: boolean;
}

/** What runs where, as a screen of text: the control plane, its gateways, the workloads of the mesh, a summary. */
export function statusText({ mesh, cluster }: Status, options: StatusTextOptions): string {
  const { style } = options;
  const name = mesh.version === undefined ? 'Istio (release unknown)' : `Istio ${versionText(mesh.version)}`;
  const where = `control plane in ${mesh.istioNamespace}, ${cluster.address} (Kubernetes ${cluster.version})`;
  const shown = mesh.workloads.filter((workload) => options.isWide || isInMesh(workload));
  const sections = [
    `${style.bold(escapeControls(name))}  ${escapeControls(where)}`,
    ...partsTable('CONTROL PLANE', mesh.components, style),
    ...partsTable('GATEWAY', mesh.gateways, style),
    ...(shown.length === 0 ? [] : [workloadsTable(shown, options)]),
    statusSummary(mesh),
  ];
  return `${sections.join('\n\n')}\n`;
}

function partsTable(title: string, parts: readonly ControlPlanePart[], style: Style): string[] {
  if (parts.length === 0) return [];
  return [columns([[title, 'VERSION', 'READY', 'IMAGE'], ...parts.map(partRow)], style)];
}

function workloadsTable(workloads: readonly WorkloadStatus[], { style, isWide }: StatusTextOptions): string {
  return columns(
    [workloadHead(workloads, isWide), ...workloads.map((workload) => workloadRow(workload, isWide))],
    style,
  );
}
