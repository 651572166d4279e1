import { listAt, stringAt, valueAt } from '../core/json.ts';
import { annotationsOf, type K8sObject, labelsOf } from '../core/object.ts';

/** What keeps an object in step with a source elsewhere, and undoes what is changed in the cluster. */
export interface GitopsOwner {
  readonly tool: 'Argo CD' | 'Flux' | 'Flux 1';
  /** What of it: an Argo CD Application, a Flux Kustomization or HelmRelease. */
  readonly kind: 'Application' | 'Kustomization' | 'HelmRelease' | 'sync';
  /** Empty where it is not told, as is the name. */
  readonly namespace: string;
  readonly name: string;
}

type Marks = Readonly<Record<string, string>>;

/**
 * Who keeps an object in step, by the marks that the tools leave. Label `app.kubernetes.io/instance` alone proves nothing: charts set it too.
 * @returns undefined where no tool left one
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export function gitopsOwnerOf(object: K8sObject): GitopsOwner | undefined {
  const [labels, annotations, managers] = [labelsOf(object), annotationsOf(object), managersOf(object)];
  return (
    argoOf(object, annotations) ??
    fluxOf(labels) ??
    argoByLabel(labels, managers) ??
    flux1Of(labels, annotations) ??
    byManager(managers)
  );
}

/** `istio:apps/Deployment:istio-system/istio-pilot`, of this very object: an annotation that was copied along is none. */
function argoOf({ metadata }: K8sObject, annotations: Marks): GitopsOwner | undefined {
  const id = annotations['argocd.argoproj.io/tracking-id'] ?? '';
  const [application = '', , object = ''] = id.split(':');
  const isItsOwn = object.slice(object.indexOf('/') + 1) === metadata.name;
  return application !== '' && isItsOwn ? argo(application) : undefined;
}

function argoByLabel(labels: Marks, managers: readonly string[]): GitopsOwner | undefined {
  const own = labels['argocd.argoproj.io/instance'];
  if (own !== undefined) return argo(own);
  return managers.some(isArgo) ? argo(labels['app.kubernetes.io/instance'] ?? '') : undefined;
}

function argo(name: string): GitopsOwner {
  return { tool: 'Argo CD', kind: 'Application', namespace: '', name };
}

/** Its server restarts workloads when somebody clicks, and keeps nothing in step. */
function isArgo(manager: string): boolean {
  return manager.startsWith('argocd-') && manager !== 'argocd-server';
}

function fluxOf(labels: Marks): GitopsOwner | undefined {
  for (const [group, kind] of [
    ['kustomize', 'Kustomization'],
    ['helm', 'HelmRelease'],
  ] as const) {
    const name = labels[`${group}.toolkit.fluxcd.io/name`];
    const namespace = labels[`${group}.toolkit.fluxcd.io/namespace`] ?? '';
    if (name !== undefined) return { tool: 'Flux', kind, namespace, name };
  }
  return undefined;
}

/** Flux 1 marks what it syncs; its Helm operator names the HelmRelease: `istio-system:helmrelease/istio`. */
function flux1Of(labels: Marks, annotations: Marks): GitopsOwner | undefined {
  const [namespace = '', release = ''] = (annotations['helm.fluxcd.io/antecedent'] ?? '').split(':');
  const name = release.slice(release.indexOf('/') + 1);
  if (name !== '') return { tool: 'Flux 1', kind: 'HelmRelease', namespace, name };
  const isSynced = 'fluxcd.io/sync-gc-mark' in labels || 'fluxcd.io/sync-checksum' in annotations;
  return isSynced ? { tool: 'Flux 1', kind: 'sync', namespace: '', name: '' } : undefined;
}

function byManager(managers: readonly string[]): GitopsOwner | undefined {
  const unnamed = { tool: 'Flux', namespace: '', name: '' } as const;
  if (managers.includes('kustomize-controller')) return { ...unnamed, kind: 'Kustomization' };
  return managers.includes('helm-controller') ? { ...unnamed, kind: 'HelmRelease' } : undefined;
}

function managersOf(object: K8sObject): readonly string[] {
  return listAt(object.metadata.managedFields).flatMap((entry) => stringAt(valueAt(entry, 'manager')) ?? []);
}
