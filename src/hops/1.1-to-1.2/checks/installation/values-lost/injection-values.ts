import type { ChartValue, ChartValues } from './chart-value.ts';

/** By name: what is rendered into the injection template of 1.1, and stands beside that of 1.2. */
export const IN_INJECTION: ChartValues = Object.fromEntries(
  [
    {
      value: 'global.proxy.autoInject',
      defaults: ['enabled'],
      effect: 'other pods get a sidecar when they are created',
    },
    { value: 'global.proxy.includeIPRanges', defaults: ['*'], effect: 'other traffic goes through new sidecars' },
    { value: 'global.proxy.excludeIPRanges', defaults: [''], effect: 'traffic to these goes through new sidecars' },
    {
      value: 'global.proxy.excludeInboundPorts',
      defaults: [''],
      effect: 'traffic to these ports goes through new sidecars',
    },
    { value: 'global.proxy.statusPort', defaults: ['15020'], effect: 'readiness of new sidecars is asked elsewhere' },
    {
      value: 'sidecarInjectorWebhook.rewriteAppHTTPProbe',
      defaults: ['false'],
      effect: "the kubelet's HTTP probes no longer reach pods that take mutual TLS only",
    },
    { value: 'global.proxy.resources.limits.cpu', defaults: ['2'], effect: 'new sidecars may use another amount' },
    {
      value: 'global.proxy.resources.limits.memory',
      defaults: ['128Mi', '1Gi'],
      effect: 'new sidecars may use another amount',
    },
    {
      value: 'global.proxy.resources.requests.cpu',
      defaults: ['100m', '10m'],
      effect: 'new sidecars reserve another amount',
    },
    {
      value: 'global.proxy.resources.requests.memory',
      defaults: ['128Mi'],
      effect: 'new sidecars reserve another amount',
    },
    {
      value: 'istio_cni.enabled',
      defaults: ['false'],
      effect: 'new pods get an init container with NET_ADMIN, which their namespaces may forbid',
    },
  ].map((one) => [one.value, one]),
);

/** The webhook's namespaceSelector (sidecarInjectorWebhook.enableNamespacesByDefault). */
export const BY_DEFAULT: ChartValue = {
  value: 'sidecarInjectorWebhook.enableNamespacesByDefault=true',
  defaults: ['false'],
  severity: 'blocker',
  effect: 'new pods in namespaces without label istio-injection=enabled get no sidecar',
};
