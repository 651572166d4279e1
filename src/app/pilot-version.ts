import type { Access } from '../core/access.ts';
import type { IstioVersion } from '../core/version.ts';
import { versionInBuildInfo } from '../mesh/build-info.ts';
import { type Component, isPilot } from '../mesh/control-plane.ts';
import type { Cluster } from './ports.ts';

// The monitoring port of 1.1 and 1.2, whose server also tells the version (pilot/pkg/bootstrap/server.go:293,1020@1.1.17).
const MONITORING = 15014;
const PILOT = 'istio-pilot';

/** What Pilot says of itself; undefined where it does not answer, may not be asked, or names no release. */
export async function askPilot(cluster: Cluster, istioNamespace: string): Promise<IstioVersion | undefined> {
  const service = { namespace: istioNamespace, name: PILOT, port: MONITORING };
  const answer = await cluster.askService(service, '/version');
  return answer === undefined ? undefined : versionInBuildInfo(answer);
}

/** Asking it by way of the API server, which goes by the Service's name with scheme and port. */
export function pilotAccess(istioNamespace: string): Access {
  const names = [`http:${PILOT}:${MONITORING}`];
  return { group: '', kind: 'Service', subresource: 'proxy', verbs: ['get'], namespace: istioNamespace, names };
}

/** Where Pilot's image names no release (a digest, a tag of one's own), Pilot is asked. */
export async function withPilotVersion(
  components: readonly Component[],
  cluster: Cluster,
  istioNamespace: string,
): Promise<readonly Component[]> {
  const pilot = components.find(isPilot);
  if (pilot === undefined || pilot.version !== undefined) return components;
  const version = await askPilot(cluster, istioNamespace);
  return components.map((component) => (component.image === pilot.image ? { ...component, version } : component));
}
