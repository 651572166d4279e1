const STEPS = 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/';

export const ANNOTATIONS = `${STEPS}#migrating-per-service-mutual-tls-enablement-via-annotations-to-authentication-policy`;
export const EXCLUDED = `${STEPS}#migrating-the-mtls_excluded_services-configuration-to-destination-rules`;
