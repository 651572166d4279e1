/** A value of Istio's chart: where it ends up, what it is by default in 1.1, and what a mesh that has another loses with it. */
export interface ChartValue {
  /** As `helm --set` takes it; with `=` where the setting itself is not the value. */
  readonly value: string;
  /** What any release of 1.1 makes of it by default; `{namespace}` is the control plane's. */
  readonly defaults: readonly (string | RegExp)[];
  /** What holds where it is not set. Without it, what is not set is not compared. */
  readonly absent?: string;
  readonly severity?: 'blocker';
  /** The setting is made from the value, and is not the value itself. */
  readonly isDerived?: true;
  /** What comes of the target's value. */
  readonly effect: string;
}

export type ChartValues = Readonly<Record<string, ChartValue>>;

const DURATION = 'connections are given up, or kept, after another time';
const SDS = 'sidecars get their certificates another way than those that run, which then have none';

/** By path in the mesh configuration (install/kubernetes/helm/istio/templates/configmap.yaml@1.1.17, values.yaml@1.1.17). */
export const IN_MESH: ChartValues = {
  disablePolicyChecks: {
    value: 'global.disablePolicyChecks',
    defaults: ['true'],
    absent: 'false',
    severity: 'blocker',
    effect: 'Mixer checks no request any more, and what rules deny goes through',
  },
  'outboundTrafficPolicy.mode': {
    value: 'global.outboundTrafficPolicy.mode',
    defaults: ['ALLOW_ANY'],
    absent: 'ALLOW_ANY',
    severity: 'blocker',
    effect: 'sidecars let out what no service or ServiceEntry names',
  },
  sdsUdsPath: { value: 'global.sds.udsPath', defaults: [''], absent: '', severity: 'blocker', effect: SDS },
  enableSdsTokenMount: {
    value: 'global.sds.useTrustworthyJwt',
    defaults: ['false'],
    absent: 'false',
    severity: 'blocker',
    effect: SDS,
  },
  sdsUseK8sSaJwt: {
    value: 'global.sds.useNormalJwt',
    defaults: ['false'],
    absent: 'false',
    severity: 'blocker',
    effect: SDS,
  },
  trustDomain: {
    value: 'global.trustDomain',
    defaults: ['', 'cluster.local'],
    absent: '',
    severity: 'blocker',
    effect: 'identities change, and peers no longer accept one another',
  },
  rootNamespace: {
    value: 'global.configRootNamespace',
    defaults: ['{namespace}'],
    absent: 'istio-system',
    severity: 'blocker',
    effect: 'the rules of that namespace no longer hold for the whole mesh',
  },
  configSources: {
    value: 'global.useMCP=false',
    defaults: [/^istio-galley\./],
    absent: '',
    effect: 'Pilot reads its configuration elsewhere, and over MCP drops every object that is not valid',
  },
  policyCheckFailOpen: {
    value: 'global.policyCheckFailOpen',
    defaults: ['false'],
    absent: 'false',
    effect: 'requests are denied while Mixer cannot be reached',
  },
  mixerCheckServer: {
    value: 'global.remotePolicyAddress',
    isDerived: true,
    defaults: [/^istio-policy\./],
    effect: 'policy is checked elsewhere',
  },
  mixerReportServer: {
    value: 'global.remoteTelemetryAddress',
    isDerived: true,
    defaults: [/^istio-telemetry\./],
    effect: 'telemetry goes elsewhere',
  },
  enableTracing: {
    value: 'global.enableTracing',
    defaults: ['true'],
    effect: 'sidecars report spans, or no longer do',
  },
  accessLogFile: {
    value: 'global.proxy.accessLogFile',
    defaults: [''],
    absent: '',
    effect: 'sidecars write no access log',
  },
  accessLogFormat: {
    value: 'global.proxy.accessLogFormat',
    defaults: [''],
    absent: '',
    effect: 'access logs have another format',
  },
  accessLogEncoding: {
    value: 'global.proxy.accessLogEncoding',
    defaults: ['TEXT'],
    absent: 'TEXT',
    effect: 'access logs have another encoding',
  },
  ingressService: {
    value: 'global.k8sIngress.gatewayName',
    isDerived: true,
    defaults: ['istio-ingressgateway'],
    effect: 'Ingresses get the address of another gateway',
  },
  connectTimeout: { value: 'global.connectTimeout', defaults: ['10s'], effect: DURATION },
  dnsRefreshRate: {
    value: 'global.proxy.dnsRefreshRate',
    defaults: ['5s'],
    effect: 'names of external services are resolved at other intervals',
  },
  'defaultConfig.connectTimeout': { value: 'global.proxy.connectTimeout', defaults: ['10s'], effect: DURATION },
  'defaultConfig.configPath': {
    value: '',
    defaults: ['/etc/istio/proxy'],
    effect: 'sidecars keep their configuration elsewhere',
  },
  'defaultConfig.binaryPath': { value: '', defaults: ['/usr/local/bin/envoy'], effect: 'sidecars run another Envoy' },
  'defaultConfig.serviceCluster': {
    value: '',
    defaults: ['istio-proxy'],
    effect: 'sidecars call themselves otherwise',
  },
  'defaultConfig.drainDuration': { value: '', defaults: ['45s', '2s'], effect: DURATION },
  'defaultConfig.parentShutdownDuration': { value: '', defaults: ['60s', '3s'], effect: DURATION },
  'defaultConfig.proxyAdminPort': {
    value: '',
    defaults: ['15000'],
    effect: "Envoy's administration listens elsewhere",
  },
  'defaultConfig.concurrency': {
    value: 'global.proxy.concurrency',
    defaults: ['2'],
    effect: 'sidecars work with another number of threads',
  },
  'defaultConfig.tracing.zipkin.address': {
    value: 'global.tracer.zipkin.address',
    defaults: [/^zipkin(\.[^:]+)?:9411$/],
    effect: 'spans go to another collector',
  },
  'defaultConfig.tracing.lightstep.address': {
    value: 'global.tracer.lightstep.address',
    defaults: [],
    effect: 'spans no longer go to LightStep',
  },
  'defaultConfig.tracing.lightstep.accessToken': {
    value: 'global.tracer.lightstep.accessToken',
    defaults: [],
    effect: 'LightStep takes no spans',
  },
  'defaultConfig.tracing.lightstep.secure': {
    value: 'global.tracer.lightstep.secure',
    defaults: ['true'],
    effect: 'spans go to LightStep with TLS, or without',
  },
  'defaultConfig.tracing.lightstep.cacertPath': {
    value: 'global.tracer.lightstep.cacertPath',
    defaults: [],
    effect: 'LightStep is verified otherwise',
  },
  'localityLbSetting.distribute': {
    value: 'global.localityLbSetting',
    isDerived: true,
    defaults: [],
    effect: 'traffic is spread over zones otherwise',
  },
  'localityLbSetting.failover': {
    value: 'global.localityLbSetting',
    isDerived: true,
    defaults: [],
    effect: 'traffic fails over to other regions',
  },
  'defaultConfig.statsdUdpAddress': {
    value: 'global.proxy.envoyStatsd.enabled=true',
    defaults: [],
    effect: "Envoy's statistics no longer go there",
  },
  'defaultConfig.envoyMetricsServiceAddress': {
    value: 'global.proxy.envoyMetricsService.enabled=true',
    defaults: [],
    effect: "Envoy's metrics no longer go there",
  },
  defaultServiceExportTo: {
    value: 'global.defaultConfigVisibilitySettings',
    isDerived: true,
    defaults: [],
    effect: 'services are seen from other namespaces than before',
  },
  defaultVirtualServiceExportTo: {
    value: 'global.defaultConfigVisibilitySettings',
    isDerived: true,
    defaults: [],
    effect: 'VirtualServices count for other namespaces than before',
  },
  defaultDestinationRuleExportTo: {
    value: 'global.defaultConfigVisibilitySettings',
    isDerived: true,
    defaults: [],
    effect: 'DestinationRules count for other namespaces than before',
  },
  meshNetworks: {
    value: 'global.meshNetworks',
    isDerived: true,
    defaults: [],
    severity: 'blocker',
    effect: 'what lies in other networks is no longer reached through its gateway',
  },
};

/** By image and flag (charts/pilot, charts/security, charts/mixer, charts/galley: templates/deployment.yaml@1.1.17). */
export const IN_FLAGS: Readonly<Record<string, ChartValues>> = {
  pilot: {
    a: {
      value: 'global.oneNamespace=true',
      defaults: [''],
      absent: '',
      effect: 'Pilot takes the services and rules of all namespaces, and not of that one',
    },
    domain: {
      value: 'global.proxy.clusterDomain',
      defaults: ['cluster.local'],
      severity: 'blocker',
      effect: 'short hosts of rules, and identities, stand for other names',
    },
    keepaliveMaxServerConnectionAge: {
      value: 'pilot.keepaliveMaxServerConnectionAge',
      defaults: ['1800s'],
      effect: 'sidecars connect to Pilot anew at other intervals',
    },
  },
  citadel: {
    'self-signed-ca': {
      value: 'security.selfSigned',
      defaults: ['true'],
      absent: 'true',
      severity: 'blocker',
      effect: 'Citadel signs with a root of its own, which what runs does not trust',
    },
    'workload-cert-ttl': {
      value: 'security.workloadCertTtl',
      defaults: ['7776000s'],
      absent: '7776000s',
      effect: 'certificates last another time',
    },
  },
  mixer: {
    loadsheddingMode: {
      value: 'mixer.telemetry.loadshedding.mode',
      defaults: ['enforce'],
      effect: 'Mixer sheds load otherwise',
    },
    averageLatencyThreshold: {
      value: 'mixer.telemetry.loadshedding.latencyThreshold',
      defaults: ['0.1s'],
      effect: 'Mixer sheds load at another latency',
    },
  },
  galley: {
    'enable-validation': {
      value: 'global.configValidation',
      defaults: ['true'],
      absent: 'true',
      effect: 'Galley refuses configuration that is not valid',
    },
  },
};

/** By image and variable: `pilot.env` and `mixer.env` (values.yaml of either chart@1.1.17). */
export const IN_ENV: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  pilot: {
    GODEBUG: ['gctrace=1', 'gctrace=2'],
    PILOT_PUSH_THROTTLE: ['100'],
    PILOT_PUSH_THROTTLE_COUNT: ['100'],
    PILOT_TRACE_SAMPLING: ['1', '1.0'],
    PILOT_DISABLE_XDS_MARSHALING_TO_ANY: ['1'],
  },
  mixer: { GODEBUG: ['gctrace=1', 'gctrace=2'], GOMAXPROCS: ['6'] },
};

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
