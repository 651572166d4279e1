import type { ProblemKind } from '../../../plan/problem-kind.ts';

const DOCS =
  'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#migrating-from-rbacconfig-to-clusterrbacconfig';

/** What there is to say about RbacConfigs. */
export const AUTHORIZATION_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'rbac-config-not-default',
    severity: 'note',
    docs: DOCS,
    explain: `Pilot looks at RbacConfigs called "default" only; this one has another name and has never had any effect. Carrying it over would switch authorization on or off for the whole mesh, so it is left as it is.
Delete it if nobody needs it; if it was meant to be in force, write a ClusterRbacConfig "default" with its spec, which changes who may call what.`,
  },
  {
    id: 'rbac-config-not-watched',
    severity: 'note',
    docs: DOCS,
    explain: `Pilot was told to keep to one namespace (argument -a, the chart's oneNamespace), and this RbacConfig lies in another one, so Pilot has never seen it. It is left as it is.
Delete it if nobody needs it; if it was meant to be in force, put it where Pilot looks, or write a ClusterRbacConfig "default".`,
  },
  {
    id: 'rbac-config-invalid',
    severity: 'blocker',
    docs: DOCS,
    explain: `A RbacConfig is in force whose spec Galley's validation refuses (a mode that does not exist, ON_WITH_INCLUSION without inclusion), so its contents cannot be written as a ClusterRbacConfig. It was created when no validation ran.
Both versions of Pilot go on reading the old object, so ignoring this leaves authorization as it is. Mend its spec, delete it if it is not needed, or leave it for later by naming the other phases with --phase.`,
  },
  {
    id: 'rbac-config-several',
    severity: 'warning',
    docs: DOCS,
    explain: `Several namespaces have a RbacConfig "default", and their specs differ. Pilot takes any one of them, at random, and may take another one after its next restart, which the upgrade brings: authorization can change without anybody having changed it.
The message lists them with their modes. Decide which one is meant, delete the others, and plan again: the one that is left is carried over.`,
  },
  {
    id: 'rbac-config-ignored',
    severity: 'warning',
    docs: DOCS,
    explain: `A ClusterRbacConfig "default" is in force, and Pilot ignores every RbacConfig beside it. This one has another spec, so copying it over would change who may call what; nothing is done.
If what is in force is meant, delete the RbacConfig. If the RbacConfig is what was meant, carry its spec over yourself, knowing what that changes.`,
  },
  {
    id: 'rbac-config-terminating',
    severity: 'warning',
    docs: DOCS,
    explain: `The RbacConfig or ClusterRbacConfig has a deletionTimestamp and is held by finalizers. Until it is gone it is in force, and what comes then nobody can tell, so nothing is carried over.
See metadata.finalizers with "kubectl get -o yaml", wait until it is gone, and plan again.`,
  },
  {
    id: 'rbac-config-in-target',
    severity: 'warning',
    docs: DOCS,
    explain: `The manifests of the new release bring a ClusterRbacConfig "default" of their own. As soon as it is in, Pilot ignores the RbacConfigs of this mesh, and authorization is what the new object says.
Compare the two specs before. Once the manifests are applied, plan again: what is left of the old kind is told then.`,
  },
];
