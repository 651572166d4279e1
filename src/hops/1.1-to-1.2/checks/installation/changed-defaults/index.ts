import type { Check } from '../../../../../plan/check.ts';
import { dnsRefreshRate, SERVICE, SERVICE_ENTRY } from './dns-refresh-rate.ts';
import { prometheusConfig, prometheusLabels } from './prometheus-labels.ts';
import { removedVariables } from './removed-variables.ts';
import { retiredAddons } from './retired-addons.ts';
import { LIMIT_RANGE, RESOURCE_QUOTA, sidecarMemory } from './sidecar-memory.ts';

/** Defaults that 1.2 changed and settings that it took away, where this mesh goes by them. */
export const changedDefaults: Check = {
  id: 'changed-defaults',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/reference/config/installation-options-changes/',
  explain: `Between 1.1 and 1.2 defaults changed and settings went, without an error for who goes by them. Names of external services are resolved every 300 seconds and no longer every 5, so ServiceEntries with resolution DNS and ExternalName Services follow a change of address that much later. A sidecar's memory limit is 1024Mi (128Mi before 1.1.7), which LimitRanges and ResourceQuotas may not allow: pods are refused when they are created anew. Pilot no longer reads some variables. Servicegraph is gone, Kiali's credentials have fixed keys, and Prometheus no longer drops the metrics of great cardinality that sidecars of 1.1 report.
Only what the mesh goes by is told, with the object that it is about. Set the value for the target where the old behaviour is wanted, and raise limits before workloads are injected anew.`,
  reads: [SERVICE_ENTRY, SERVICE, LIMIT_RANGE, RESOURCE_QUOTA],
  readsBesides: {
    kinds: [{ group: '', kind: 'ConfigMap', namespace: 'istio' }],
    select: ({ mesh }) => [
      prometheusConfig(mesh),
      { group: '', kind: 'ConfigMap', namespace: mesh.istioNamespace, name: 'istio-sidecar-injector' },
    ],
  },
  find: (context) => [
    ...removedVariables(context),
    ...dnsRefreshRate(context),
    ...sidecarMemory(context),
    ...prometheusLabels(context),
    ...retiredAddons(context),
  ],
};
