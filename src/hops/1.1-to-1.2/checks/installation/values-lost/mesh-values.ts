import type { ChartValues } from './chart-value.ts';

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
  sdsRefreshDelay: { value: '', defaults: ['15s'], effect: 'certificates are fetched at other intervals' },
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
  'defaultConfig.discoveryRefreshDelay': {
    value: '',
    defaults: ['10s', '1s'],
    effect: 'sidecars ask Pilot at other intervals',
  },
  'defaultConfig.zipkinAddress': {
    value: 'global.tracer.zipkin.address',
    defaults: [/^zipkin(\.[^:]+)?:9411$/],
    effect: 'spans go to another collector',
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
