import { refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import {
  compareMinors,
  type IstioVersion,
  sameRelease,
  versionOfImage,
  versionText,
} from '../../../../core/version.ts';
import { type InjectorConfig, injectorConfigMap, sidecarImages } from '../../../../mesh/injector-config.ts';
import type { CheckContext, Finding } from '../../../../plan/check.ts';

/** Sidecars of another release or registry than the control plane, where the target does not say so too. */
export function pinnedImages(
  live: InjectorConfig,
  wanted: InjectorConfig | undefined,
  { mesh, from }: CheckContext,
): readonly Finding[] {
  const ref = injectorConfigMap(mesh.istioNamespace);
  const [pilot] = mesh.components;
  const hubs = new Set(pilot === undefined ? [] : [pilot.image, ...sidecarImagesOf(wanted)].map(hubOf));
  const images = sidecarImages(live).filter(
    (image) => !isOf(image, from) || (hubs.size > 0 && !hubs.has(hubOf(image))),
  );
  if (images.length === 0) return [];
  const of = pilot === undefined ? versionText(from) : pilot.image;
  return [
    {
      ref,
      message: `${refText(ref)}: sidecars get ${shortList(images)}, and Pilot is ${of}; the release's own configuration replaces it`,
      hint: 'if that is meant, set global.hub, global.tag and global.proxy.image in the values of the target',
    },
  ];
}

/** Sidecars of the target that are not of its release. */
export function imagesOfAnotherRelease(wanted: InjectorConfig, { mesh, to }: CheckContext): readonly Finding[] {
  if (to === undefined) return [];
  const ref = injectorConfigMap(mesh.istioNamespace);
  const images = sidecarImages(wanted).filter((image) => !isOf(image, to));
  if (images.length === 0) return [];
  const older = images.some((image) => isOlderMinor(image, to));
  const then = older ? ', which does not know the arguments of 1.2 and exits' : '';
  return [
    {
      ref,
      message: `${refText(ref)}: the target is ${versionText(to)}, and its sidecars get ${shortList(images)}${then}`,
      hint: `render the target with global.tag=${versionText(to)}`,
      severity: older ? 'blocker' : 'warning',
    },
  ];
}

function sidecarImagesOf(config: InjectorConfig | undefined): readonly string[] {
  return config === undefined ? [] : sidecarImages(config);
}

/** `docker.io/istio/pilot:1.1.17` → `docker.io/istio` */
function hubOf(image: string): string {
  return image.slice(0, Math.max(0, image.lastIndexOf('/')));
}

function isOf(image: string, release: IstioVersion): boolean {
  const version = versionOfImage(image);
  return version !== undefined && sameRelease(version, release);
}

function isOlderMinor(image: string, release: IstioVersion): boolean {
  const version = versionOfImage(image);
  return version !== undefined && compareMinors(version, release) < 0;
}
