import { refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { minorText } from '../core/version.ts';
import type { ControlPlanePart, MeshStatus } from './mesh-status.ts';

/** What is wrong with a control plane, as far as its images tell: no Pilot, a release that cannot be told, several minor versions at once. */
export function statusProblems({ istioNamespace, components, version }: MeshStatus): readonly Problem[] {
  const [pilot] = components;
  if (pilot === undefined) {
    const message = `no control plane in ${istioNamespace}`;
    return [{ id: 'no-control-plane', severity: 'warning', message, hint: 'name its namespace with -i' }];
  }
  return [...(version === undefined ? [unknownVersion(pilot)] : []), ...mixedMinors(components, istioNamespace)];
}

function unknownVersion({ ref, images }: ControlPlanePart): Problem {
  return {
    id: 'unknown-version',
    severity: 'warning',
    ref,
    message: `${refText(ref)}: its image does not tell one release: ${images.map(({ image }) => image).join(', ')}`,
    hint: 'every sidecar counts as stale',
  };
}

/** Between releases, or an upgrade that stopped halfway. */
function mixedMinors(components: readonly ControlPlanePart[], istioNamespace: string): readonly Problem[] {
  const here = components.filter(({ ref }) => ref.namespace === istioNamespace);
  const versions = here.flatMap(({ images }) => images.flatMap(({ version }) => version ?? []));
  const minors = [...new Set(versions.map(minorText))].sort();
  if (minors.length < 2) return [];
  const message = `the control plane in ${istioNamespace} runs several minor versions at once: ${minors.join(', ')}`;
  return [{ id: 'mixed-control-plane', severity: 'warning', message, hint: 'is an upgrade under way?' }];
}
