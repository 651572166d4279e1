import type { Check } from '../../../../plan/check.ts';
import { addonsLost } from './addons-lost.ts';
import { changedDefaults } from './changed-defaults/index.ts';
import { controlPlaneSecurityChanges } from './control-plane-security-changes.ts';
import { gatewaysLost } from './gateways-lost.ts';
import { globalMtlsChanges } from './global-mtls-changes.ts';
import { managedByGitops } from './managed-by-gitops.ts';
import { valuesLost } from './values-lost/index.ts';

/** Checks of who keeps the mesh, and of what the target's manifests would make of it. */
export const installationChecks: readonly Check[] = [
  managedByGitops,
  globalMtlsChanges,
  controlPlaneSecurityChanges,
  gatewaysLost,
  addonsLost,
  valuesLost,
  changedDefaults,
];
