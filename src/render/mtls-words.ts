import { refText } from '../core/object.ts';
import type { MtlsEffect, MtlsState } from '../core/plan.ts';
import { shortList } from '../core/short-list.ts';

const MOST_NAMES = 3;

/** What a table of effects is about: all but connections that fit neither before nor after, and that nothing else becomes of. */
export function touchedBy(effects: readonly MtlsEffect[]): readonly MtlsEffect[] {
  return effects.filter(({ verdict, alsoChanged, before, after }) => {
    const isOldConflict = before?.isConflict === true && after?.isConflict === true;
    return !(verdict === 'same' && alsoChanged.length === 0 && isOldConflict);
  });
}

/** `shop/cart:8000, subset v2 from bank, web` */
export function connectionText(effect: MtlsEffect): string {
  const subset = effect.subset === '' ? '' : `, subset ${effect.subset}`;
  return `${serviceText(effect)}:${effect.port}${subset} from ${clientsIn(effect)}`;
}

export function clientsIn({ clients }: MtlsEffect): string {
  return shortList(clients, MOST_NAMES);
}

export function sidesText(state: MtlsState): string {
  const because = state.because.map(refText).join(', ');
  return `server ${state.server}, clients ${clientText(state)}${because === '' ? '' : ` (${because})`}`;
}

export function serviceText({ service }: MtlsEffect): string {
  return `${service.namespace}/${service.name}`;
}

export function arrow({ before, after }: MtlsEffect, text: (state: MtlsState) => string): string {
  const [was, is] = [before, after].map((state) => (state === undefined ? '-' : text(state)));
  return was === is ? `${is}` : `${was} → ${is}`;
}

export function clientText({ client }: MtlsState): string {
  return client === 'PLAINTEXT' ? 'plaintext' : client;
}
