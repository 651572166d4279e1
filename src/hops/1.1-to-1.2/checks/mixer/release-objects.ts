import { type K8sObject, labelsOf } from '../../../../core/object.ts';

// charts/mixer/templates/config.yaml@1.1.17, by kind
const NAMES: Readonly<Record<string, string>> = {
  metric:
    'requestcount requestduration requestsize responsesize tcpbytesent tcpbytereceived tcpconnectionsopened tcpconnectionsclosed',
  logentry: 'accesslog tcpaccesslog',
  kubernetes: 'attributes',
  handler: 'stdio prometheus kubernetesenv',
  rule: 'promhttp promtcp promtcpconnectionopen promtcpconnectionclosed stdio stdiotcp kubeattrgenrulerule tcpkubeattrgenrulerule',
};
const REPLACED = ['metric', 'logentry', 'kubernetes'];

/** Whether the release's chart brought it, and brings its successor: a copy under another name carries the same labels and is somebody's. */
export function isReleases(object: K8sObject, istioNamespace: string): boolean {
  const { app, chart, release } = labelsOf(object);
  const { name, namespace } = object.metadata;
  const isLabelled = app === 'mixer' && chart === 'mixer' && release !== undefined;
  return isLabelled && namespace === istioNamespace && namesOf(object.kind).includes(name);
}

/** The instances of removed kinds that the chart of 1.1 brings, by full name, with the full name of what that of 1.2 brings instead. */
export function replacedInstances(istioNamespace: string): ReadonlyMap<string, string> {
  const pairs = REPLACED.flatMap((kind) =>
    namesOf(kind).map((name) => [`${name}.${kind}.${istioNamespace}`, `${name}.instance.${istioNamespace}`] as const),
  );
  return new Map(pairs);
}

function namesOf(kind: string): readonly string[] {
  return Object.hasOwn(NAMES, kind) ? (NAMES[kind] ?? '').split(' ') : [];
}
