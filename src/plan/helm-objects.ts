import { objectAt, valueAt } from '../core/json.ts';
import { annotationsOf, type K8sObject, labelsOf } from '../core/object.ts';

export interface HelmOwner {
  readonly release: string;
  readonly namespace: string;
}

/**
 * An object as Helm sends it: marked as its release's.
 * @see https://github.com/helm/helm/blob/v3.17.1/pkg/action/validate.go `setMetadataVisitor`
 */
export function markedByHelm(object: K8sObject, { release, namespace }: HelmOwner): K8sObject {
  const { labels, annotations, name } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      name,
      labels: { ...objectAt(labels), 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...objectAt(annotations),
        'meta.helm.sh/release-name': release,
        'meta.helm.sh/release-namespace': namespace,
      },
    },
  };
}

/** Whether Helm takes an object for its release's, although the record does not have it (in this version). */
export function isMarkedByHelm(live: K8sObject, { release, namespace }: HelmOwner): boolean {
  const annotations = annotationsOf(live);
  return (
    labelsOf(live)['app.kubernetes.io/managed-by'] === 'Helm' &&
    annotations['meta.helm.sh/release-name'] === release &&
    annotations['meta.helm.sh/release-namespace'] === namespace
  );
}

/** Whether Helm leaves an object where it is although the new manifest lacks it: what the live object says counts. */
export function isKeptByHelm(live: K8sObject): boolean {
  return annotationsOf(live)['helm.sh/resource-policy'] === 'keep';
}

/** The moments at which Helm would run an object of a chart; none for an ordinary one. */
export function hookMoments(object: K8sObject): readonly string[] {
  const annotation = annotationsOf(object)['helm.sh/hook'] ?? '';
  return annotation.split(',').flatMap((moment) => (moment.trim() === '' ? [] : [moment.trim()]));
}

/** A manifest says how many pods; Helm sets that, whoever scaled the workload meanwhile. */
export function scaleNote(live: K8sObject | undefined, after: K8sObject): readonly string[] {
  const [there, then] = [live, after].map((one) => valueAt(one, 'spec', 'replicas'));
  if (there === undefined || then === undefined || there === then) return [];
  return [`is scaled from ${there} to ${then} replicas: Helm sets what the manifest says`];
}
