import { type Json, listAt, stringAt, valueAt } from '../../../../../core/json.ts';
import { labelsOf, type ObjectRef, refText } from '../../../../../core/object.ts';
import { find } from '../../../../../core/snapshot.ts';
import type { Mesh } from '../../../../../mesh/mesh.ts';
import { releaseNamesOf } from '../../../../../mesh/release-names.ts';
import type { CheckContext, Finding } from '../../../../../plan/check.ts';
import { targetMesh } from '../../../../every/checks/target-mesh.ts';

/** Servicegraph, which 1.2 has no more, and Kiali's credentials under keys that 1.2 cannot be told. */
export function retiredAddons(context: CheckContext): readonly Finding[] {
  return [...servicegraph(context.mesh), ...kialiKeys(context)];
}

function servicegraph({ snapshot, istioNamespace, components }: Mesh): readonly Finding[] {
  const ref = deploymentRef(istioNamespace, 'servicegraph');
  const live = find(snapshot, ref);
  const release = live && labelsOf(live).release;
  if (release === undefined || !releaseNamesOf({ snapshot, components }).includes(release)) return [];
  const message = `${refText(ref)}: 1.2 has no servicegraph: it stays behind as it is`;
  return [{ ref, severity: 'note', message, hint: 'use Kiali instead (kiali.enabled=true), and delete it' }];
}

/** 1.1's chart has kiali.dashboard.usernameKey and passphraseKey, 1.2's does not. */
function kialiKeys(context: CheckContext): readonly Finding[] {
  const { mesh } = context;
  const ref = deploymentRef(mesh.istioNamespace, 'kiali');
  const wanted = targetMesh(context);
  const [live, target] = [mesh, wanted].map((one) => one && find(one.snapshot, ref));
  if (live === undefined || target === undefined) return [];
  const containers = listAt(valueAt(live, 'spec', 'template', 'spec', 'containers'));
  const keys = containers.flatMap((container) => listAt(valueAt(container, 'env')).flatMap(secretKey));
  const own = keys.filter((key) => key !== 'username' && key !== 'passphrase');
  if (own.length === 0) return [];
  const message = `${refText(ref)}: reads its credentials under ${own.join(' and ')} of its Secret, and 1.2 under username and passphrase`;
  return [{ ref, message, hint: 'add these two keys to the Secret before the upgrade' }];
}

function secretKey(variable: Json): readonly string[] {
  const key = stringAt(valueAt(variable, 'valueFrom', 'secretKeyRef', 'key'));
  return key === undefined ? [] : [key];
}

function deploymentRef(namespace: string, name: string): ObjectRef {
  return { group: 'apps', kind: 'Deployment', namespace, name };
}
