/** A field that validation of 1.2 rejects and that of 1.1 does not. */
export interface Rejection {
  /** As the object writes it: `spec.subsets[0].labels["app.kubernetes.io/version"]`. */
  readonly field: string;
  readonly why: string;
}
