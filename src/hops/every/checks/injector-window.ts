import { countedAre } from '../../../core/counted.ts';
import { matchesSelector } from '../../../core/label-selector.ts';
import { labelsOf } from '../../../core/object.ts';
import { shortList } from '../../../core/short-list.ts';
import { objectsOf } from '../../../core/snapshot.ts';
import { compareMinors } from '../../../core/version.ts';
import { injectorConfigMap } from '../../../mesh/injector-config.ts';
import { injectionWebhooks } from '../../../mesh/webhook-decision.ts';
import type { Check, CheckContext } from '../../../plan/check.ts';
import { targetObject } from '../target-object.ts';

const NAMESPACE = { group: '', kind: 'Namespace' };
const WEBHOOKS = { group: 'admissionregistration.k8s.io', kind: 'MutatingWebhookConfiguration' };

/** While the injector and its configuration are exchanged, pods cannot be created where they are injected. */
export const injectorWindow: Check = {
  id: 'injector-window',
  severity: 'note',
  docs: 'https://istio.io/v1.2/docs/ops/setup/injection/',
  explain: `The injector, its ConfigMap and its webhook configuration belong together: the injector of one minor version cannot render the template of another. They are written together in the control-plane phase, but the kubelet brings the new ConfigMap to the running injector whenever it likes, and the new injector needs a moment to start. In between, creating a pod in an injected namespace can be refused (the webhook has failurePolicy Fail). Pods that run are not touched.
Deployments, Jobs and the like try again by themselves, with growing pauses; what gives up is who creates bare pods, and a drain or a scale-up in that moment takes longer. Do not deploy, drain nodes or run load tests in these namespaces while the phase runs, and look at events (kubectl get events, reason FailedCreate) when it is done. The phase waits until the injector is ready before anything is restarted.`,
  reads: [NAMESPACE],
  find(context) {
    const { mesh } = context;
    const injected = isAhead(context) ? injectedNamespaces(context) : [];
    if (injected.length === 0) return [];
    return [
      {
        ref: injectorConfigMap(mesh.istioNamespace),
        message: `${countedAre(injected.length, 'namespace')} injected (${shortList(injected)}): for a moment of the control-plane phase new pods there can be refused`,
        hint: 'deploy nothing and drain no nodes there while it runs; controllers try again by themselves',
      },
    ];
  },
};

/** The target brings another minor version's configuration in this run. */
function isAhead(context: CheckContext): boolean {
  const { from, to, mesh, phases } = context;
  if (to === undefined || compareMinors(from, to) >= 0) return false;
  const isIn = phases.length === 0 || phases.includes('control-plane');
  return isIn && targetObject(context, injectorConfigMap(mesh.istioNamespace)) !== undefined;
}

/** Nothing is created in a namespace that is being deleted, injected or not. */
function injectedNamespaces({ mesh }: CheckContext): readonly string[] {
  const webhooks = injectionWebhooks(objectsOf(mesh.snapshot, WEBHOOKS), mesh.istioNamespace);
  const selected = objectsOf(mesh.snapshot, NAMESPACE).filter(
    (namespace) =>
      namespace.metadata.deletionTimestamp === undefined &&
      webhooks.some((webhook) => matchesSelector(webhook.namespaces, labelsOf(namespace))),
  );
  return selected.map(({ metadata }) => metadata.name);
}
