import { canonicalJson, isArray, type Json, listAt, objectAt, stringAt, valueAt } from '../../../../../core/json.ts';
import { find } from '../../../../../core/snapshot.ts';
import { leavesOf } from '../../../../../mesh/config-leaves.ts';
import { inSeconds } from '../../../../../mesh/go-duration.ts';
import type { Mesh } from '../../../../../mesh/mesh.ts';
import { meshConfigText } from '../../../../../mesh/mesh-config.ts';
import { IN_MESH } from './mesh-values.ts';
import type { Setting } from './setting.ts';

// They mean nothing where no Mixer is to be asked.
const ABOUT_CHECKS = ['disablePolicyChecks', 'policyCheckFailOpen'];

/** The mesh configuration and its networks, as far as the chart or somebody has set them in the mesh. */
export function meshSettings(live: Mesh, wanted: Mesh): readonly Setting[] {
  const ref = { group: '', kind: 'ConfigMap', namespace: live.istioNamespace, name: 'istio' };
  if (find(live.snapshot, ref) === undefined || find(wanted.snapshot, ref) === undefined) return [];
  const [was, is] = [meshLeaves(live), meshLeaves(wanted)];
  const isChecked = was.has('mixerCheckServer');
  const paths = [...new Set([...Object.keys(IN_MESH), ...was.keys()])]
    .filter((path) => isChecked || !ABOUT_CHECKS.includes(path))
    .sort();
  return paths.map((path) => {
    const isNetworks = path === 'meshNetworks';
    return {
      ref,
      field: isNetworks ? path : `mesh.${path}`,
      live: was.get(path),
      wanted: is.get(path),
      chart: IN_MESH[path],
      path: ['f:data', isNetworks ? 'f:meshNetworks' : 'f:mesh'],
    };
  });
}

function meshLeaves({ snapshot, istioNamespace }: Mesh): ReadonlyMap<string, string> {
  const leaves = leavesOf(meshConfigText(snapshot, istioNamespace, 'mesh').value);
  const networks = objectAt(valueAt(meshConfigText(snapshot, istioNamespace, 'meshNetworks').value, 'networks'));
  const own = Object.keys(networks).length === 0 ? [] : ([['meshNetworks', canonicalJson(networks)]] as const);
  return new Map([...[...leaves].map(([path, value]) => [path, textOf(value)] as const), ...own]);
}

/** A source of configuration is its address; how it is connected to is a matter of the control plane's security. */
function textOf(value: Json): string {
  if (typeof value === 'string') return inSeconds(value);
  const addresses = listAt(value).flatMap((item) => stringAt(valueAt(item, 'address')) ?? []);
  return isArray(value) && addresses.length > 0 ? addresses.join(',') : canonicalJson(value);
}
