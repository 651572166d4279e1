import { type ObjectRef, refText } from '../../../../core/object.ts';
import { find } from '../../../../core/snapshot.ts';
import { meshConfigIn, meshConfigMap } from '../../../../mesh/mesh-config.ts';
import { field, unsigned } from '../../../../mesh/proto-json.ts';
import type { Check, CheckContext } from '../../../../plan/check.ts';
import { targetObject } from '../../../every/target-object.ts';
import { isAhead } from '../is-ahead.ts';
import { injectorOf12, injectorReads } from './injector.ts';

const DEFAULT_PORT = 15001;

/** A mesh whose sidecars listen at another port than the one that 1.2's injection template redirects to (line 14: `-p 15001`). */
export const proxyListenPort: Check = {
  id: 'proxy-listen-port',
  severity: 'blocker',
  docs: 'https://istio.io/v1.2/docs/reference/config/istio.mesh.v1alpha1/',
  explain: `The mesh configuration may set proxyListenPort, the port at which sidecars take in what their pod sends; the default is 15001. The injection template of 1.1 redirects to whatever port that is. The one of 1.2 redirects to 15001, always: in pods that are created after the upgrade nobody listens there, and everything that they send fails. If the target's mesh configuration goes back to 15001, it is the other way round: running sidecars are told to listen at 15001 while the rules of their pods still redirect to the old port, until they are restarted.
kubectl -n istio-system get configmap istio -o yaml shows the setting. Take it out before the upgrade, while 1.1 is running, and restart all workloads in the same window; or replace "-p" "15001" in the target's injection template by .MeshConfig.ProxyListenPort, as 1.1 had it.`,
  readsBesides: injectorReads,
  find(context) {
    if (/\.MeshConfig\.ProxyListenPort/.test(injectorOf12(context)?.template ?? '')) return [];
    const ref = meshConfigMap(context.mesh.istioNamespace);
    const { live, wanted } = portsIn(context, ref);
    if (live === DEFAULT_PORT && wanted === DEFAULT_PORT) return [];
    return [
      {
        ref,
        message: `${refText(ref)}: ${consequence(live, wanted)}`,
        hint: 'take proxyListenPort out and restart the workloads before the upgrade, or have the target redirect to .MeshConfig.ProxyListenPort',
        severity: isAhead(context) ? 'blocker' : 'warning',
      },
    ];
  },
};

function consequence(live: number, wanted: number): string {
  return wanted === DEFAULT_PORT
    ? `proxyListenPort goes from ${live} to ${wanted}: running sidecars move, and what their pods send is still redirected to ${live}`
    : `proxyListenPort: ${wanted}: pods that 1.2 injects redirect what they send to ${DEFAULT_PORT}, where nobody listens`;
}

/** A target without the mesh configuration leaves it as it is. */
function portsIn(context: CheckContext, ref: ObjectRef): { readonly live: number; readonly wanted: number } {
  const live = portOf(find(context.mesh.snapshot, ref));
  const wanted = targetObject(context, ref);
  return { live, wanted: wanted === undefined ? live : portOf(wanted) };
}

function portOf(configMap: Parameters<typeof meshConfigIn>[0]): number {
  return unsigned(field(meshConfigIn(configMap), 'proxyListenPort')) || DEFAULT_PORT;
}
