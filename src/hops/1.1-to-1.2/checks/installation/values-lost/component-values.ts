import type { ChartValues } from './chart-value.ts';

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
