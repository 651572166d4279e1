import type { OldSidecars } from '../app/old-sidecars.ts';
import { escapeControls } from '../diff/escape.ts';

const NAMED = 5;

/**
 * What is left after the control plane is upgraded, and the command for it; nothing when no sidecar is old.
 * @param flags connection flags as they were given, for the command to reach the same mesh
 */
export function oldSidecarsText(old: OldSidecars, release: string, flags: readonly string[]): string {
  if (!old.isKnown) return `which sidecars are not of Istio ${release} yet is not known: ${escapeControls(old.why)}\n`;
  const { workloads, namespaces } = old;
  const [first, ...others] = namespaces;
  if (workloads === 0 || first === undefined) return '';
  const what = workloads === 1 ? '1 workload still runs' : `${workloads} workloads still run`;
  const command = ['kubectl istio-upgrade apply --phase data-plane', ...flags.map(shellWord)];
  const named = others.length >= NAMED ? `${namespaces.slice(0, NAMED).join(', ')}, …` : namespaces.join(', ');
  const where = others.length === 0 ? `namespace ${first}` : `${namespaces.length} namespaces (${named})`;
  return escapeControls(
    [
      `${what} a sidecar of another release, in ${where}; that goes on working until it is restarted:`,
      `  ${[...command, others.length === 0 ? `-n ${first}` : '-A'].join(' ')}`,
      '',
    ].join('\n'),
  );
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
