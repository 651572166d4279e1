import { type K8sObject, refOf, refText } from '../../../../core/object.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { isGateway, isPruned, lostWorkloads } from './lost-workloads.ts';

// What switches each on (install/kubernetes/helm/istio/requirements.yaml@1.1.17; mixer.* in charts/mixer/values.yaml@1.1.17).
const VALUES: Readonly<Record<string, string>> = {
  'istio-pilot': 'pilot.enabled',
  'istio-galley': 'galley.enabled',
  'istio-citadel': 'security.enabled',
  'istio-policy': 'mixer.policy.enabled',
  'istio-telemetry': 'mixer.telemetry.enabled',
  'istio-sidecar-injector': 'sidecarInjectorWebhook.enabled',
  'istio-nodeagent': 'nodeagent.enabled',
  'istio-tracing': 'tracing.enabled',
  istiocoredns: 'istiocoredns.enabled',
  certmanager: 'certmanager.enabled',
  grafana: 'grafana.enabled',
  kiali: 'kiali.enabled',
  prometheus: 'prometheus.enabled',
};

// 1.2 has no servicegraph at all, which another check tells.
const GONE = ['servicegraph'];

/** Components and addons of the mesh's release that the target does not have. */
export const addonsLost: Check = {
  id: 'addons-lost',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/reference/config/installation-options/',
  explain: `Grafana, Kiali, tracing, the CoreDNS plugin, cert-manager, the node agent of SDS and the components themselves are each switched on by a value of the chart. A target that was rendered without it does not have them, and what runs is not upgraded: it stays at 1.1 beside a control plane of 1.2, or is deleted with --prune.
For a dashboard that is a nuisance. A node agent of 1.1 does not understand Pilot 1.2 (the name of a header changed), so its sidecars get no certificates. Mixer, Citadel or the injector of 1.1 beside 1.2 are combinations that nobody tested. kubectl get deployments,daemonsets -n istio-system -l release=istio shows what the release installed. Render the target with the values that the mesh was installed with; what is no longer needed, delete.`,
  find(context) {
    return lostWorkloads(context)
      .filter((workload) => !isGateway(workload) && !GONE.includes(workload.metadata.name))
      .map((workload) => findingOf(workload, context));
  },
};

function findingOf(workload: K8sObject, context: CheckContext): Finding {
  const ref = refOf(workload);
  const fate = isPruned(workload, context) ? '--prune deletes it' : 'it stays behind as it is';
  const value = VALUES[ref.name];
  const render = value === undefined ? 'render the target with what made it' : `render the target with ${value}=true`;
  return {
    ref,
    message: `${refText(ref)}: the target does not have it: ${fate}`,
    hint: `${render}, or delete it if it is no longer needed`,
  };
}
