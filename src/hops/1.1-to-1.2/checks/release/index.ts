import type { Check } from '../../../../plan/check.ts';
import { componentVersions } from './component-versions.ts';
import { kubernetesVersion } from './kubernetes-version.ts';
import { targetPatch } from './target-patch.ts';
import { wayBack } from './way-back.ts';

/** Checks of Istio's and Kubernetes' versions. */
export const releaseChecks: readonly Check[] = [targetPatch, componentVersions, kubernetesVersion, wayBack];
