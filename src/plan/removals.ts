import { type FieldSet, remainder, union } from '../fields/field-set.ts';
import type { Proposal } from './propose.ts';

/**
 * The fields that go: those dropped or handed over, unless the body or somebody else holds them or something inside them.
 * @param applied the fields that the body holds
 */
export function removals(
  { drop, handOver, others }: Pick<Proposal, 'drop' | 'handOver' | 'others'>,
  applied: FieldSet,
): FieldSet {
  return remainder(union(drop, handOver), union(applied, others));
}
