import { stringAt, valueAt } from '../../../../core/json.ts';
import { type K8sObject, refOf, refText } from '../../../../core/object.ts';
import type { Severity } from '../../../../core/problem.ts';
import { find, objectsOf } from '../../../../core/snapshot.ts';
import type { IstioVersion } from '../../../../core/version.ts';
import { componentOf, imageName } from '../../../../mesh/control-plane.ts';
import { meshConfigIn, meshConfigMap } from '../../../../mesh/mesh-config.ts';
import { field } from '../../../../mesh/proto-json.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { isAhead } from '../is-ahead.ts';

/** Node agents that no update of their DaemonSet replaces: those of 1.1 and a Pilot of 1.2 do not understand each other. */
export const nodeAgentOnDelete: Check = {
  id: 'node-agent-on-delete',
  severity: 'blocker',
  docs: 'https://github.com/istio/istio/issues/15020',
  explain: `With SDS, sidecars get their certificates from the node agent (DaemonSet istio-nodeagent) and show it a token in a header, whose name Pilot tells them. Istio 1.2 renamed that header, so node agents of 1.1 and a Pilot of 1.2 do not fit: new connections of sidecars fail with "TLS error: Secret is not supplied by SDS". The DaemonSet was created through extensions/v1beta1, whose default updateStrategy is OnDelete: writing it anew replaces no pod. The manifests of 1.2.1 and later set RollingUpdate, those of 1.2.0 do not.
kubectl -n istio-system get daemonset istio-nodeagent -o yaml shows updateStrategy. Take 1.2.1 or later, whose node agents are rolled together with the control plane, or delete the pods of the DaemonSet yourself, node by node, right after its rollout; restart the workloads then. Without sdsUdsPath in the mesh configuration nobody asks the node agents, and this is a note.`,
  find(context) {
    const { snapshot, istioNamespace } = context.mesh;
    const agents = objectsOf(snapshot, { group: 'apps', kind: 'DaemonSet' }, istioNamespace).filter(isNodeAgent);
    return agents.flatMap((agent) => (isOnDelete(agent) && isOld(agent, context) ? findingsOf(agent, context) : []));
  },
};

function findingsOf(agent: K8sObject, context: CheckContext): readonly Finding[] {
  const ref = refOf(agent);
  const wanted = context.target.objects.find(({ object }) => isNodeAgent(object))?.object;
  if (wanted !== undefined && strategyOf(wanted) === 'RollingUpdate') return [];
  const isAsked = usesSds(context);
  const then = isAsked
    ? 'sidecars that Pilot 1.2 configures get no certificate from them'
    : 'no sidecar asks them without sdsUdsPath';
  return [
    {
      ref,
      message: `${refText(ref)}: updateStrategy OnDelete: its pods stay at 1.1, and ${then}`,
      hint: isAhead(context)
        ? 'take 1.2.1 or later, which rolls it, or delete its pods node by node right after the rollout of the control plane'
        : 'delete its pods node by node, and restart the workloads then',
      severity: isAsked ? severityIn(context) : 'note',
    },
  ];
}

function usesSds({ mesh }: CheckContext): boolean {
  const config = meshConfigIn(find(mesh.snapshot, meshConfigMap(mesh.istioNamespace)));
  return Boolean(stringAt(field(config, 'sdsUdsPath')));
}

/** Without a target it may turn out to be one that rolls it. */
function severityIn(context: CheckContext): Severity {
  return isAhead(context) && context.to !== undefined ? 'blocker' : 'warning';
}

function isNodeAgent(object: K8sObject): boolean {
  const component = object.kind === 'DaemonSet' ? componentOf(object) : undefined;
  return component !== undefined && imageName(component.image) === 'node-agent-k8s';
}

function isOnDelete(agent: K8sObject): boolean {
  return strategyOf(agent) === 'OnDelete';
}

function strategyOf(agent: K8sObject): string | undefined {
  return stringAt(valueAt(agent, 'spec', 'updateStrategy', 'type'));
}

/** By its pods where they were counted: its template may be ahead of them. */
function isOld(agent: K8sObject, { status }: CheckContext): boolean {
  const text = refText(refOf(agent));
  const counted = status?.components.find(({ ref }) => refText(ref) === text);
  const versions = counted?.images.map(({ version }) => version) ?? [componentOf(agent)?.version];
  return versions.some((version) => version === undefined || isBefore12(version));
}

function isBefore12({ major, minor }: IstioVersion): boolean {
  return major === 1 && minor < 2;
}
