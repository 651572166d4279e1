/** A value of Istio's chart: where it ends up, what it is by default in 1.1, and what a mesh that has another loses with it. */
export interface ChartValue {
  /** As `helm --set` takes it; with `=` where the setting itself is not the value. */
  readonly value: string;
  /** What any release of 1.1 makes of it by default; `{namespace}` is the control plane's. */
  readonly defaults: readonly (string | RegExp)[];
  /** What holds where it is not set. Without it, what is not set is not compared. */
  readonly absent?: string;
  readonly severity?: 'blocker';
  /** The setting is made from the value, and is not the value itself. */
  readonly isDerived?: true;
  /** What comes of the target's value. */
  readonly effect: string;
}

export type ChartValues = Readonly<Record<string, ChartValue>>;
