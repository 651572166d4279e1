import { compareMinors, compareVersions, type IstioVersion, versionText } from '../../../../core/version.ts';
import { type ImageCount, sum } from '../../../../mesh/image-counts.ts';
import type { ControlPlanePart } from '../../../../mesh/mesh-status.ts';
import type { CheckContext } from '../../../../plan/check.ts';
import { ISTIO_1_1, ISTIO_1_2 } from '../../versions.ts';

/** The control plane's parts and the gateways of all namespaces, but proxies of type `ingress`, which 1.2 refuses whatever their release. */
export function partsIn({ status }: CheckContext): readonly ControlPlanePart[] {
  if (status === undefined) return [];
  return [...status.components, ...status.gateways].filter(({ nodeType }) => nodeType !== 'ingress');
}

/** The different releases that a part's images name; an image that names none counts as one of its own. */
export function releasesOf({ images }: ControlPlanePart): readonly string[] {
  return [...new Set(images.map(releaseOf))];
}

function releaseOf({ image, version }: ImageCount): string {
  return version === undefined ? image : versionText(version);
}

/** `1.1.17 (2), 1.2.10 (1)`; without numbers where all are of one release. */
export function countsText(part: ControlPlanePart): string {
  const releases = releasesOf(part);
  if (releases.length === 1) return releases.join('');
  const podsOf = (release: string): number =>
    sum(part.images.filter((one) => releaseOf(one) === release).map(({ pods }) => pods));
  return releases.map((release) => `${release} (${podsOf(release)})`).join(', ');
}

export function isTooOld(version: IstioVersion): boolean {
  return compareMinors(version, ISTIO_1_1) < 0;
}

/** Whether a version is beyond the target, or beyond 1.2 where there is none. */
export function isTooNew(version: IstioVersion, to: IstioVersion | undefined): boolean {
  return to === undefined ? compareMinors(version, ISTIO_1_2) > 0 : compareVersions(version, to) > 0;
}
