import { parseAllDocuments } from 'yaml';
import { isObject, sameJson, stringAt, valueAt } from '../../../core/json.ts';
import { isK8sObject, refOf, refText } from '../../../core/object.ts';
import type { Problem } from '../../../core/problem.ts';
import { objectsOf } from '../../../core/snapshot.ts';
import type { Target, TargetObject } from '../../../core/target.ts';
import type { Mesh } from '../../../mesh/mesh.ts';
import type { Rule } from '../../../plan/hop.ts';
import { KUBECTL_YAML } from '../../../yaml/kubectl-yaml.ts';

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
  apply: ({ mesh, target, postInstall: objects }) => ({
    wishes: objects.map(({ object, source }) => ({
      want: 'installed',
      object,
      source,
      phase: 'control-plane',
      stage: 'after-rollout',
      because: { rule: postInstall.id, why: "the release's post-install Job would apply it", docs: postInstall.docs },
    })),
    problems: [
      ...configMapsOf(target).flatMap(unreadable),
      ...objects.flatMap((object) => otherThanLive(object, mesh)),
    ],
  }),
};

/** The objects inside those ConfigMaps; what cannot be read is a problem of the rule. */
export function postInstallObjects(target: Target): readonly TargetObject[] {
  return configMapsOf(target).flatMap(({ object, source }) => {
    const objects = documentsIn(object).flatMap(({ value }) => (isObject(value) && isK8sObject(value) ? [value] : []));
    return objects.map((inner) => ({ object: inner, source: `${source}, ${KEY}` }));
  });
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
    return error === undefined
      ? { value: document.toJS(), error: undefined }
      : { value: undefined, error: error.message };
  });
}

/** Mesh-wide settings that differ from the live ones may be what the chart changed, or what somebody decided: it is said, not guessed. */
function otherThanLive({ object }: TargetObject, mesh: Mesh): readonly Problem[] {
  const live = objectsOf(mesh.snapshot, refOf(object), refOf(object).namespace).find(
    ({ metadata }) => metadata.name === object.metadata.name,
  );
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
