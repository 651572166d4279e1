import type { Hop } from '../../plan/hop.ts';
import { crds } from '../every/crds.ts';
import { leftovers } from '../every/leftovers.ts';
import { manifests } from '../every/manifests.ts';
import { postInstall, postInstallObjects } from '../every/post-install.ts';
import { sidecars } from '../every/sidecars.ts';
import { checks } from './checks/index.ts';
import { CONFIG_KINDS } from './config-kinds.ts';
import { INSTALLED_KINDS } from './installed-kinds.ts';
import { podsOfMigrated } from './migrated-pods.ts';
import { problems } from './problems/index.ts';
import { authAnnotations } from './rules/auth-annotations.ts';
import { excludedServices } from './rules/excluded-services.ts';
import { rbacConfig } from './rules/rbac-config.ts';
import { istio11, istio12 } from './semantics.ts';
import { ISTIO_1_1, ISTIO_1_2 } from './versions.ts';

export const hop11to12: Hop = {
  from: ISTIO_1_1,
  to: ISTIO_1_2,
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/',
  rules: [crds, authAnnotations, excludedServices, rbacConfig, manifests, postInstall, leftovers, sidecars],
  installedKinds: INSTALLED_KINDS,
  broughtKinds: [{ group: 'config.istio.io', kind: 'instance' }],
  // What 1.1's charts install and 1.2's do not: Mixer's typed instances, servicegraph.
  retiredKinds: [
    { group: 'config.istio.io', kind: 'metric' },
    { group: 'config.istio.io', kind: 'logentry' },
    { group: 'config.istio.io', kind: 'kubernetes' },
    { group: 'networking.k8s.io', kind: 'Ingress' },
    { group: 'batch', kind: 'Job' },
  ],
  configKinds: CONFIG_KINDS,
  checks,
  problems,
  readsBesides: podsOfMigrated,
  semantics: { from: istio11, to: istio12 },
  postInstallObjects,
};
