/** The kinds that decide about mutual TLS: what the report of it is made from. */
export const MTLS_KINDS = [
  { group: '', kind: 'Namespace' },
  { group: '', kind: 'Service' },
  { group: 'authentication.istio.io', kind: 'Policy' },
  { group: 'authentication.istio.io', kind: 'MeshPolicy' },
  { group: 'networking.istio.io', kind: 'DestinationRule' },
] as const;
