import type { Reason, Wish } from '../../../core/wish.ts';
import type { Demand, Source } from './demands.ts';
import type { Edit } from './edits.ts';

/** An edit as a wish of a rule. All that is done for a service is done together: half of it would break calls. */
export function wishFor({ demands, ...edit }: Edit, because: Reason): Extract<Wish, { want: 'fields' }> {
  const together = [...new Set(demands.map(({ service }) => service.hostname))];
  return { want: 'fields', phase: 'config', because, together, ...edit };
}

/** An edit as the model takes it: what it does there does not depend on who wants it. */
export function asWish(edit: Edit): Wish {
  return wishFor(edit, { rule: '', why: '', docs: '' });
}

/** The wishes that one source takes part in; where another does too, its rule has the same ones. */
export function wishesOf(
  { edits }: { readonly edits: readonly Edit[] },
  source: Source,
  because: Reason,
): readonly Wish[] {
  const isOf = (demand: Demand) => demand.source === source;
  return edits.filter(({ demands }) => demands.some(isOf)).map((edit) => wishFor(edit, because));
}
