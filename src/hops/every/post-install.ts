import { type Document, parseAllDocuments } from 'yaml';
import { isObject, sameJson, stringAt, valueAt } from '../../core/json.ts';
import { isK8sObject, type K8sObject, labelsOf, refOf, refText } from '../../core/object.ts';
import type { Problem } from '../../core/problem.ts';
import { find, type Snapshot } from '../../core/snapshot.ts';
import type { Target, TargetObject } from '../../core/target.ts';
import type { Wish } from '../../core/wish.ts';
import type { Rule } from '../../plan/rule.ts';
import { KUBECTL_YAML } from '../../yaml/kubectl-yaml.ts';
import { isKept } from './mesh-wide.ts';

// Each is mounted into a Job that does nothing but `kubectl apply` it.
const CONFIG_MAPS = ['istio-security-custom-resources', 'istio-grafana-custom-resources'];
const KEY = 'custom-resources.yaml';

/**
 * The Jobs `istio-security-post-install-<tag>` and `istio-grafana-post-install-<tag>` are a `kubectl apply` in disguise: the mesh-wide
 * Policy and DestinationRules they bring are in no manifest. Their contents are planned like everything else instead.
 */
export const postInstall: Rule = {
  id: 'post-install',
  docs: 'https://istio.io/v1.2/docs/tasks/security/authn-policy/#globally-enabling-istio-mutual-tls',
  phase: 'control-plane',
  apply: (context) => {
    const { mesh, target, postInstall: objects } = context;
    const kept = objects.filter(({ object }) => isKept(object, context));
    const wishes = objects
      .filter((one) => !kept.includes(one))
      .map(({ object, source }): Wish => {
        const why = "the release's post-install Job would apply it";
        const because = { rule: postInstall.id, why, docs: postInstall.docs };
        return { want: 'installed', object, source, phase: 'control-plane', stage: 'after-rollout', because };
      });
    const problems = objects.flatMap((one) =>
      kept.includes(one) ? keptAsDecided(one, mesh.snapshot) : otherThanLive(one, mesh.snapshot),
    );
    return { wishes, problems: [...configMapsOf(target).flatMap(unreadable), ...problems] };
  },
};

/**
 * The objects inside those ConfigMaps, which are of the same release and so are labelled by the same Helm; what cannot be read is a problem of
 * the rule.
 */
export function postInstallObjects(target: Target): readonly TargetObject[] {
  return configMapsOf(target).flatMap(({ object, source }) => {
    const objects = documentsIn(object).flatMap(({ value }) => (isObject(value) && isK8sObject(value) ? [value] : []));
    return objects.map((inner) => ({ object: withHeritageOf(object, inner), source: `${source}, ${KEY}` }));
  });
}

function withHeritageOf(outer: K8sObject, inner: K8sObject): K8sObject {
  const { heritage } = labelsOf(outer);
  const labels = labelsOf(inner);
  if (heritage === undefined || labels.heritage === undefined) return inner;
  return { ...inner, metadata: { ...inner.metadata, labels: { ...labels, heritage } } };
}

function configMapsOf(target: Target): readonly TargetObject[] {
  return target.objects.filter(
    ({ object }) => object.kind === 'ConfigMap' && CONFIG_MAPS.includes(object.metadata.name),
  );
}

function documentsIn(
  configMap: TargetObject['object'],
): readonly { readonly value: unknown; readonly error: string | undefined }[] {
  const text = stringAt(valueAt(configMap, 'data', KEY)) ?? '';
  return [...parseAllDocuments(text, KUBECTL_YAML)].map((document) => {
    const [error] = document.errors;
    return error === undefined ? contentOf(document) : { value: undefined, error: error.message };
  });
}

function contentOf(document: Document): { readonly value: unknown; readonly error: string | undefined } {
  try {
    return { value: document.toJS(), error: undefined };
  } catch (cause) {
    // Aliases that stand for more than anybody writes.
    return { value: undefined, error: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** What somebody decided for the whole mesh stays as it is; the release's own Job would overwrite it without a word. */
function keptAsDecided({ object }: TargetObject, snapshot: Snapshot): readonly Problem[] {
  const ref = refOf(object);
  const [live, release] = [find(snapshot, ref), object].map((one) => JSON.stringify(one?.spec));
  return [
    {
      id: 'mesh-wide-kept',
      severity: 'warning',
      ref,
      message: `${refText(ref)} is not as the release left it, and stays: ${live}; the release would make it ${release}`,
      hint: `if the release's is meant, take it: --take ${refText(ref)}:spec`,
    },
  ];
}

/** What the chart's values change for the whole mesh may not be meant: it is said, and what becomes of connections is shown. */
function otherThanLive({ object }: TargetObject, snapshot: Snapshot): readonly Problem[] {
  const live = find(snapshot, refOf(object));
  if (live === undefined || sameJson(live.spec, object.spec)) return [];
  const [before, after] = [live, object].map(({ spec }) => JSON.stringify(spec));
  return [
    {
      id: 'mesh-wide-change',
      severity: 'warning',
      ref: refOf(object),
      message: `${refText(refOf(object))}, which holds for the whole mesh, changes from ${before} to ${after}`,
      hint: "if that is not meant, render the manifests with the mesh's own values (global.mtls.enabled …)",
    },
  ];
}

function unreadable({ object, source }: TargetObject): readonly Problem[] {
  return documentsIn(object).flatMap(({ value, error }) => {
    if (error === undefined && (value === null || (isObject(value) && isK8sObject(value)))) return [];
    const message = `${source}: a document in ${KEY} cannot be read: ${error ?? 'it is no object'}`;
    return [{ id: 'post-install-unreadable', severity: 'blocker', ref: refOf(object), message }];
  });
}
