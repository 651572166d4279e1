import { refText } from '../../../../core/object.ts';
import { snapshotOf } from '../../../../core/snapshot.ts';
import { type IstioVersion, versionText } from '../../../../core/version.ts';
import { type Component, componentsOf, imageName, isPilot } from '../../../../mesh/control-plane.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { defectsOf, LAST_PATCH } from './patch-defects.ts';

const RECOMMENDED = `1.2.${LAST_PATCH}`;

/** What is known to be wrong with the very patch that the target is. */
export const targetPatch: Check = {
  id: 'target-patch',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/about/notes/',
  explain: `Istio 1.2 had eleven releases. Every one before ${RECOMMENDED} (2019-12-10) has security holes in its proxies, several have crashes or lose configuration, and no fix will come for them: an upgrade to an older patch has to be done once more. What is known of the target's patch is listed, as the later patches' notes tell it; it holds whichever way the release is installed.
Manifests before 1.2.8 also hold a Job, istio-cleanup-secrets, that deletes every workload certificate when it runs; it is left out here, but kubectl apply of the same files and helm delete run it. 1.2.0 is worse without Galley: Mixer does not start (istio#14841).
Render the manifests of ${RECOMMENDED} with the same values. Citadel of 1.2.9 and 1.2.10 can also renew a self-signed root certificate (istio#17059): let that be an event of its own. A vendor's build, such as 1.2.7-gke.0, may have some of the fixes: its own notes say which.`,
  find(context) {
    const components = componentsOf(
      snapshotOf(context.target.objects.map(({ object }) => object)),
      context.mesh.istioNamespace,
    );
    const pilot = components.find(isPilot);
    if (context.to === undefined || pilot === undefined) return [];
    return [...known(pilot, context.to), ...withoutGalley(components, context)];
  },
};

function known({ ref, image }: Component, to: IstioVersion): readonly Finding[] {
  if (to.patch === undefined)
    return [
      {
        ref,
        message: `${refText(ref)}: image ${image} of the target is a build of a branch: which fixes it has cannot be told`,
        hint: `render the manifests of ${RECOMMENDED}`,
      },
    ];
  const defects = defectsOf(to.patch);
  if (defects.length === 0) return [];
  const isRelease = to.suffix === '';
  return [
    {
      ref,
      message: `${refText(ref)}: the target is ${versionText(to)}, not ${RECOMMENDED}: ${defects.join('; ')}`,
      hint: isRelease
        ? `render the manifests of ${RECOMMENDED}`
        : `see what its builder says of these, or render the manifests of ${RECOMMENDED}`,
    },
  ];
}

/** Mixer of 1.2.0 crashes at its start where there is no Galley (https://github.com/istio/istio/issues/14841). */
function withoutGalley(components: readonly Component[], { to }: CheckContext): readonly Finding[] {
  const runs = (name: string) => components.filter(({ image }) => imageName(image) === name);
  if (to?.patch !== 0 || runs('galley').length > 0) return [];
  return runs('mixer').map(({ ref }) => ({
    ref,
    severity: 'blocker',
    message: `${refText(ref)}: Mixer ${versionText(to)} does not start without Galley, which the target does not have`,
    hint: `render the manifests of ${RECOMMENDED}, or with galley.enabled=true`,
  }));
}
