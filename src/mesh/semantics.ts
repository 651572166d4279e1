/**
 * How one Istio version resolves policies and rules, where versions differ. Knowledge about versions is data here, so that the same
 * model answers for the mesh before and after an upgrade.
 */
export interface Semantics {
  /**
   * When a later DestinationRule of a host gives its `trafficPolicy` to the first, which has none: `with-subsets` if it has
   * subsets of its own only, `always` even without.
   */
  readonly laterTrafficPolicy: 'with-subsets' | 'always';
  /** What `targets[].labels` of an authentication Policy do: nothing, or take the place of the target's name and match pods. */
  readonly targetLabels: 'ignored' | 'match-pods';
  /** The subset labels that validation lets pass; where Pilot validates again, it drops a DestinationRule with any other. */
  readonly subsetLabels: { readonly key: RegExp; readonly value: RegExp };
}
