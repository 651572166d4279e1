/** What a user may do or not: a verb on a resource in a namespace (empty: in the whole cluster), or on one object of it by its name. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  /** Plural name, as in request paths. */
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace: string;
  /** Every object of the resource when absent. */
  readonly name?: string | undefined;
}
