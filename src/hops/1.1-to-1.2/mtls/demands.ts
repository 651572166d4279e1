import type { Snapshot } from '../../../core/snapshot.ts';
import { authAnnotationsOf } from '../../../mesh/auth-annotations.ts';
import { isProxied } from '../../../mesh/mtls.ts';
import type { Service, ServicePort } from '../../../mesh/services.ts';
import { type SidecarPresence, sidecarPresence } from '../../../mesh/sidecar-presence.ts';
import type { Traffic } from '../../../mesh/traffic.ts';

/** What somebody once asked for: an annotation of one port, or an entry of `mtls_excluded_services`. */
export type Source = 'annotation' | 'excluded';

/** What is asked of one port of a service. An annotation asks of both sides, an exclusion only of the clients. */
export interface Demand {
  readonly source: Source;
  readonly service: Service;
  readonly port: ServicePort;
  readonly asks: 'NONE' | 'MUTUAL_TLS';
  readonly presence: SidecarPresence;
}

/** Why some demands are not carried out. */
export interface Refusal {
  readonly demands: readonly Demand[];
  readonly id: string;
  readonly why: string;
  readonly hint?: string;
}

/** All demands of a mesh, by service and port. */
export function demandsOf(traffic: Traffic, snapshot: Snapshot): readonly Demand[] {
  const excluded = new Set(traffic.config.mtlsExcludedServices);
  return [...traffic.services.values()].flatMap((service) => {
    const asked = annotated(service);
    if (asked.length === 0 && !excluded.has(service.hostname)) return [];
    const presence = sidecarPresence(snapshot, service);
    const all = excluded.has(service.hostname) ? service.ports.filter(isProxied) : [];
    return [
      ...asked.map(({ port, asks }) => ({ source: 'annotation', service, port, asks, presence }) as const),
      ...all.map((port) => ({ source: 'excluded', service, port, asks: 'NONE', presence }) as const),
    ];
  });
}

/** How clients are to connect to the port. */
export function clientTlsFor({ asks }: Demand): 'PLAINTEXT' | 'ISTIO_MUTUAL' {
  return asks === 'NONE' ? 'PLAINTEXT' : 'ISTIO_MUTUAL';
}

/** Whether the demand is about the server's sidecars too, as far as there are any. */
export function asksServer({ source, presence }: Demand): boolean {
  return source === 'annotation' && presence !== 'none';
}

/** Demands that cannot be met, whatever the policies and rules say. */
export function hopeless(demands: readonly Demand[]): readonly Refusal[] {
  return [...Map.groupBy(demands, ({ service }) => service.hostname).values()].flatMap((ofService) => [
    ...contradictions(ofService),
    ...withoutSidecars(ofService),
  ]);
}

/** The proxied port of an annotation; UDP passes sidecars by, so there is nothing to ask of it. */
function annotated(service: Service) {
  return authAnnotationsOf(service).flatMap((annotation) => {
    if (annotation.state === 'dead') return [];
    const port = service.ports.find((one) => one.number === annotation.port.number && isProxied(one));
    return port === undefined ? [] : [{ port, asks: annotation.asks }];
  });
}

function contradictions(demands: readonly Demand[]): readonly Refusal[] {
  const mutual = demands.filter(({ asks }) => asks === 'MUTUAL_TLS');
  const excluded = demands.filter(({ source }) => source === 'excluded');
  if (mutual.length === 0 || excluded.length === 0) return [];
  const why = 'its annotation asks for MUTUAL_TLS, and mtls_excluded_services for none';
  const hint = 'decide which of the two is meant, take the other out, and plan again';
  return [{ demands: [...mutual, ...excluded], id: 'mtls-contradiction', why, hint }];
}

function withoutSidecars(demands: readonly Demand[]): readonly Refusal[] {
  const hopelessOnes = demands.filter(({ asks, presence }) => asks === 'MUTUAL_TLS' && presence === 'none');
  if (hopelessOnes.length === 0) return [];
  const why = 'MUTUAL_TLS is asked of pods without sidecars, which cannot speak it';
  const hint = 'inject sidecars and plan again, or take the annotation out';
  return [{ demands: hopelessOnes, id: 'mtls-without-sidecar', why, hint }];
}
