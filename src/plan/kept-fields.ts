// Fields that an installer's record may own although the server or a controller gives them their value. They are never taken over, so
// they are never removed either. By kind, as paths; `[…]` stands for any list item.
const KEPT: Readonly<Record<string, readonly RegExp[]>> = {
  '*': [
    /^status\b/,
    /^metadata\.(finalizers|ownerReferences|generation|uid|creationTimestamp|selfLink|resourceVersion)\b/,
    /^metadata\.annotations\W+deployment\.kubernetes\.io\/revision\b/,
  ],
  Service: [
    /^spec\.(clusterIPs?|healthCheckNodePort|ipFamil(y|ies)|ipFamilyPolicy)\b/,
    /^spec\.ports\[.*\]\.nodePort$/,
  ],
  ServiceAccount: [/^secrets\b/],
  Namespace: [/^spec\.finalizers\b/],
  PersistentVolumeClaim: [/^spec\.volumeName$/],
  // The injector and Galley put their certificate authority there when they start.
  MutatingWebhookConfiguration: [/^webhooks\[.*\]\.clientConfig\.caBundle$/],
  ValidatingWebhookConfiguration: [/^webhooks\[.*\]\.clientConfig\.caBundle$/],
};

/** Whether a field keeps its value and its owner even when an installer is recorded as the owner. */
export function isKeptField(kind: string, path: string): boolean {
  return [...(KEPT['*'] ?? []), ...(KEPT[kind] ?? [])].some((pattern) => pattern.test(path));
}
