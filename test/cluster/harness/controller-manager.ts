// No scheduler, no nodes and no autoscaling: those that move workloads, and those that clean up after them.
const CONTROLLERS = [
  'cronjob',
  'daemonset',
  'deployment',
  'disruption',
  'endpoint',
  'endpointslice',
  'garbagecollector',
  'job',
  'namespace',
  'replicaset',
  'serviceaccount',
  'serviceaccount-token',
  'statefulset',
];

const CONCURRENCY = [
  'deployment',
  'replicaset',
  'endpoint',
  'gc',
  'namespace',
  'service-endpoint',
  'serviceaccount-token',
] as const;

export interface ControllerFiles {
  readonly kubeconfig: string;
  /** The private key of the service accounts' tokens. */
  readonly tokenKey: string;
  readonly caFile: string;
}

export function controllerManagerArguments({ kubeconfig, tokenKey, caFile }: ControllerFiles): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${tokenKey}`,
    `--root-ca-file=${caFile}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    ...CONCURRENCY.map((name) => `--concurrent-${name}-syncs=20`),
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    '--leader-elect=false',
    '--port=0',
    '--secure-port=0',
    '--pod-eviction-timeout=1s',
    '--min-resync-period=1h',
  ];
}
