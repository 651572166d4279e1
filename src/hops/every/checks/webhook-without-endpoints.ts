import { listAt, stringAt, valueAt } from '../../../core/json.ts';
import { type ObjectRef, refText } from '../../../core/object.ts';
import { shortList } from '../../../core/short-list.ts';
import { type AdmissionWebhook, admissionWebhooks, isAsked } from '../../../mesh/admission-webhooks.ts';
import { answeringAt } from '../../../mesh/service-endpoints.ts';
import type { Check, CheckContext, Finding } from '../../../plan/check.ts';
import { type ComingRequest, comingRequests, podRequest } from './coming-requests.ts';

/** Admission webhooks that nobody answers for: what they are asked about is refused. */
export const webhookWithoutEndpoints: Check = {
  id: 'webhook-without-endpoints',
  severity: 'blocker',
  docs: 'https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy',
  explain: `The API server asks admission webhooks before it writes an object. Where a webhook has failurePolicy Fail and cannot be called, because its Service is gone or has no ready pod, or because there is no caBundle to verify its server by, every request that its rules match is refused ("failed calling webhook"). Whoever owns the webhook, an upgrade stops at the first object that it matches, and rollouts hang because their new pods are refused; webhooks of things that were uninstalled long ago are the usual cause.
kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations lists them, kubectl get endpoints in the namespace of the Service shows who answers. Bring the server back, or delete the configuration if what it belonged to is gone. It blocks where it matches what the upgrade writes or the pods of the control plane, with its namespaceSelector and objectSelector counted in; where it matches only pods of the mesh, or Istio's configuration, it is a warning. Webhooks that are called by URL are not judged.`,
  reads: [{ group: '', kind: 'Namespace' }],
  readsBesides: {
    kinds: ['Service', 'Endpoints'].map((kind) => ({ group: '', kind })),
    select: ({ mesh }) => fatalServices(admissionWebhooks(mesh.snapshot)),
  },
  find(context) {
    const dead = admissionWebhooks(context.mesh.snapshot).flatMap((webhook) => {
      const why = whyNotAnswered(webhook, context);
      return why === undefined ? [] : [{ webhook, why }];
    });
    if (dead.length === 0) return [];
    const coming = comingRequests(context);
    const groups = Map.groupBy(dead, ({ webhook, why }) => `${refText(webhook.configuration)} ${why}`);
    return [...groups.values()].flatMap((some) => findingOf(some, { context, coming }));
  },
};

interface DeadWebhook {
  readonly webhook: AdmissionWebhook;
  readonly why: string;
}

interface Around {
  readonly context: CheckContext;
  readonly coming: readonly ComingRequest[];
}

function fatalServices(webhooks: readonly AdmissionWebhook[]): readonly ObjectRef[] {
  const services = webhooks.flatMap(({ service, isFatal }) => (isFatal && service !== undefined ? [service] : []));
  return services.flatMap((service) => [service, { ...service, kind: 'Endpoints' }]);
}

/** undefined where somebody answers, or it is not known, or it does not matter. */
function whyNotAnswered(
  { service, isFatal, hasCaBundle }: AdmissionWebhook,
  context: CheckContext,
): string | undefined {
  if (!isFatal || service === undefined) return undefined;
  const answering = answeringAt(context.mesh.snapshot, service);
  const text = refText(service);
  if (answering === 'no-service') return context.isUnread(service) ? undefined : `${text} does not exist`;
  if (answering === 'not-ready') return `${text} has no ready endpoint`;
  return answering === 'ready' && !hasCaBundle ? `there is no caBundle to verify ${text} by` : undefined;
}

/** Nothing where the webhook has nothing to do with the mesh. */
function findingOf(dead: readonly DeadWebhook[], { context, coming }: Around): readonly Finding[] {
  const [first] = dead;
  const webhooks = dead.map(({ webhook }) => webhook);
  const stops = coming.filter((request) => webhooks.some((webhook) => isAsked(webhook, request)));
  const refused = stops.length > 0 ? stops.map(({ text }) => text) : meshRequests(webhooks, context);
  if (first === undefined || refused.length === 0) return [];
  const { configuration } = first.webhook;
  return [
    {
      ref: configuration,
      message: `${refText(configuration)}: ${first.why} (${webhooks.map(({ name }) => name).join(', ')}), so that these are refused: ${shortList(refused, 3)}`,
      hint: 'bring its server back, or delete the configuration if what it belongs to is gone',
      severity: stops.length > 0 ? 'blocker' : 'warning',
    },
  ];
}

/** What else of the mesh they are asked about. */
function meshRequests(webhooks: readonly AdmissionWebhook[], context: CheckContext): readonly string[] {
  const workloads = context.status?.workloads.filter(({ sidecars }) => sidecars > 0) ?? [];
  const namespaces = [...new Set(workloads.map(({ ref }) => ref.namespace))].sort();
  const pods = namespaces.map((namespace) => podRequest(namespace, context));
  const asked = pods.filter((request) => webhooks.some((webhook) => isAsked(webhook, request)));
  return [...asked.map(({ text }) => text), ...istioGroups(webhooks)];
}

function istioGroups(webhooks: readonly AdmissionWebhook[]): readonly string[] {
  const groups = webhooks.flatMap(({ rules }) => rules.flatMap((rule) => listAt(valueAt(rule, 'apiGroups'))));
  const istio = groups.flatMap((group) =>
    stringAt(group)?.endsWith('.istio.io') ? [`configuration of ${group}`] : [],
  );
  return [...new Set(istio)].sort();
}
