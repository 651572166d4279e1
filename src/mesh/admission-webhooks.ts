import { type Json, type JsonObject, listAt, stringAt, valueAt } from '../core/json.ts';
import { isEmptySelector, matchesSelector } from '../core/label-selector.ts';
import { type K8sObject, type ObjectRef, refOf } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';
import type { Labels } from './pod-labels.ts';
import type { ResourceName } from './resource-name.ts';

/** An entry of a ValidatingWebhookConfiguration or MutatingWebhookConfiguration. */
export interface AdmissionWebhook {
  readonly configuration: ObjectRef;
  readonly name: string;
  /** undefined where it is called by URL. */
  readonly service: ObjectRef | undefined;
  /** Without an answer of it the request is refused. */
  readonly isFatal: boolean;
  /** Without one nothing can verify its server. */
  readonly hasCaBundle: boolean;
  readonly rules: readonly Json[];
  /** LabelSelectors. */
  readonly namespaces: JsonObject;
  readonly objects: JsonObject;
}

/** What a server asks webhooks about. */
export interface AdmissionRequest extends ResourceName {
  readonly operations: readonly ('CREATE' | 'UPDATE')[];
  /** The labels of the namespace that it is in; `none` for what is in no namespace, undefined where they are not known. */
  readonly namespace: Labels | 'none' | undefined;
  /** undefined where they are not known. */
  readonly labels: Labels | undefined;
}

const ADMISSION = 'admissionregistration.k8s.io';
const KINDS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** All admission webhooks of a snapshot, in the order of their configurations. */
export function admissionWebhooks(snapshot: Snapshot): readonly AdmissionWebhook[] {
  return KINDS.flatMap((kind) => objectsOf(snapshot, { group: ADMISSION, kind })).flatMap((configuration) =>
    listAt(configuration.webhooks).map((webhook) => webhookOf(configuration, webhook)),
  );
}

function webhookOf(configuration: K8sObject, webhook: Json): AdmissionWebhook {
  const service = valueAt(webhook, 'clientConfig', 'service');
  const [namespace, name] = [stringAt(valueAt(service, 'namespace')), stringAt(valueAt(service, 'name'))];
  return {
    configuration: refOf(configuration),
    name: stringAt(valueAt(webhook, 'name')) ?? '',
    service: namespace && name ? { group: '', kind: 'Service', namespace, name } : undefined,
    // A server writes down what a manifest leaves out, and the versions of the kind differ in what that is.
    isFatal: valueAt(webhook, 'failurePolicy') === 'Fail',
    hasCaBundle: Boolean(stringAt(valueAt(webhook, 'clientConfig', 'caBundle'))),
    rules: listAt(valueAt(webhook, 'rules')),
    namespaces: selectorAt(valueAt(webhook, 'namespaceSelector')),
    objects: selectorAt(valueAt(webhook, 'objectSelector')),
  };
}

function selectorAt(value: Json | undefined): JsonObject {
  return { matchLabels: valueAt(value, 'matchLabels'), matchExpressions: valueAt(value, 'matchExpressions') };
}

/**
 * Whether the server asks the webhook about a request. Versions are not looked at: rules match equivalent ones too.
 * @returns false where its namespaceSelector says something and the namespace's labels are not known
 * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-rules
 */
export function isAsked({ rules, namespaces, objects }: AdmissionWebhook, request: AdmissionRequest): boolean {
  const { namespace, labels } = request;
  if (!rules.some((rule) => matchesRule(rule, request))) return false;
  if (labels !== undefined && !matchesSelector(objects, labels)) return false;
  if (namespace === 'none' || isEmptySelector(namespaces)) return true;
  return namespace !== undefined && matchesSelector(namespaces, namespace);
}

function matchesRule(rule: Json, { group, resource, operations, namespace }: AdmissionRequest): boolean {
  const has = (key: string, ...values: readonly string[]) =>
    listAt(valueAt(rule, key)).some((item) => item === '*' || values.some((value) => value === item));
  const scope = stringAt(valueAt(rule, 'scope')) ?? '*';
  const isInScope = scope === '*' || (scope === 'Cluster') === (namespace === 'none');
  return isInScope && has('apiGroups', group) && has('resources', resource, '*/*') && has('operations', ...operations);
}
