/** The annotation in which `kubectl apply` keeps the configuration that it applied last: a copy of the object, as JSON. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
