/** The kinds that 1.2's charts install objects of by default, its post-install Job's included. */
export const INSTALLED_KINDS = [
  ...of('', 'ConfigMap Service ServiceAccount'),
  ...of('admissionregistration.k8s.io', 'MutatingWebhookConfiguration'),
  ...of('apiextensions.k8s.io', 'CustomResourceDefinition'),
  ...of('apps', 'Deployment'),
  ...of('authentication.istio.io', 'MeshPolicy'),
  ...of('autoscaling', 'HorizontalPodAutoscaler'),
  ...of('config.istio.io', 'attributemanifest handler instance rule'),
  ...of('networking.istio.io', 'DestinationRule'),
  ...of('policy', 'PodDisruptionBudget'),
  ...of('rbac.authorization.k8s.io', 'ClusterRole ClusterRoleBinding Role RoleBinding'),
];

function of(group: string, kinds: string) {
  return kinds.split(' ').map((kind) => ({ group, kind }));
}
