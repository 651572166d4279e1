import { type Json, numberAt, stringAt } from '../core/json.ts';

export interface Scale {
  readonly of: number;
  /** What becomes of a part of a pod. */
  readonly round: (value: number) => number;
}

/**
 * A number of pods as an IntOrString says it: `2`, or `25%` of a scale.
 * @returns undefined where it says neither
 */
export function podCount(value: Json | undefined, { of, round }: Scale): number | undefined {
  const percent = /^(\d+)%$/.exec(stringAt(value) ?? '')?.[1];
  return percent === undefined ? numberAt(value) : round((of * Number(percent)) / 100);
}
