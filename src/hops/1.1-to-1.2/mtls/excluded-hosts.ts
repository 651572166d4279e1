import { refOf } from '../../../core/object.ts';
import type { Problem } from '../../../core/problem.ts';
import { meshConfigOf } from '../../../mesh/mesh-config.ts';
import { isProxied } from '../../../mesh/mtls.ts';
import { type Traffic, trafficOf } from '../../../mesh/traffic.ts';
import type { RuleContext } from '../../../plan/rule.ts';
import { istio11 } from '../semantics.ts';
import { inForceText, serviceText } from './texts.ts';

/** What each entry of `mtls_excluded_services` is worth today, or why it is of no service and never was. */
export function excludedHostProblems({ mesh }: RuleContext): readonly Problem[] {
  const { mtlsExcludedServices: hosts } = meshConfigOf(mesh.snapshot, mesh.istioNamespace);
  if (hosts.length === 0) return [];
  const today = trafficOf(mesh.snapshot, mesh.istioNamespace, istio11);
  return [...new Set(hosts)].map((host) => hostProblem(host, today));
}

function hostProblem(host: string, today: Traffic): Problem {
  const service = today.services.get(host);
  if (service === undefined) {
    const message = `mtls_excluded_services: ${JSON.stringify(host)} is left as it is: ${whyNoService(host, today)}`;
    const hint = `entries count by exact hostname (<service>.<namespace>.svc.${today.config.domain}); mend it, or take it out`;
    return { id: 'mtls-excluded-host', severity: 'warning', message, hint };
  }
  const ports = service.ports.filter(isProxied).map((port) => `${port.number}: ${inForceText(today, service, port)}`);
  const message = `mtls_excluded_services: ${host} (${serviceText(service)}) is ignored by Istio since 1.0; today: ${ports.join('; ')}`;
  return { id: 'mtls-excluded-ignored', severity: 'note', ref: refOf(service.object), message };
}

function whyNoService(host: string, { config }: Traffic): string {
  if (host.includes('*')) return 'a wildcard never matched';
  const suffix = `.svc.${config.domain}`;
  const isFull = host.endsWith(suffix) && host.slice(0, -suffix.length).split('.').length === 2;
  return isFull ? 'there is no such Service' : 'it is no full hostname of a Service';
}
