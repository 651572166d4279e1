import type { Check } from '../../../../plan/check.ts';
import { managedByGitops } from './managed-by-gitops.ts';

/** Checks of who installed the mesh, and of what the target's manifests would make of it. */
export const installationChecks: readonly Check[] = [managedByGitops];
