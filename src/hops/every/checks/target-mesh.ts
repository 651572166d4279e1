import { snapshotOf } from '../../../core/snapshot.ts';
import { type Mesh, understand } from '../../../mesh/mesh.ts';
import type { CheckContext } from '../../../plan/check.ts';

/**
 * The control plane that the target's manifests describe.
 * @returns undefined where they describe none: there is no target, or it is about something else
 */
export function targetMesh({ target, mesh }: Pick<CheckContext, 'target' | 'mesh'>): Mesh | undefined {
  const described = understand(snapshotOf(target.objects.map(({ object }) => object)), mesh.istioNamespace);
  return described.components.length === 0 ? undefined : described;
}
