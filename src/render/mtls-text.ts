import type { MtlsEffect, Plan } from '../core/plan.ts';
import { escapeControls } from '../diff/escape.ts';
import { arrow, clientsIn, clientText, connectionText, serviceText, sidesText, touchedBy } from './mtls-words.ts';
import type { Style } from './style.ts';
import { borderless } from './table.ts';

const MOST_ROWS = 40;

const VERDICT_STYLE: Readonly<Record<MtlsEffect['verdict'], keyof Style>> = {
  same: 'dim',
  weaker: 'warning',
  stricter: 'warning',
  changed: 'warning',
  new: 'dim',
  gone: 'dim',
};

/** What a plan does to mutual TLS, as a table, and every connection whose two sides do not fit. */
export function mtlsSections({ mtls }: Plan, style: Style): readonly string[] {
  const touched = touchedBy(mtls);
  const broken = mtls.filter(({ before, after }) => before?.isConflict || after?.isConflict);
  return [
    ...(touched.length === 0 ? [] : [`Mutual TLS, today → after:\n${table(touched, style)}`]),
    ...(broken.length === 0 ? [] : [`Connections whose two sides do not fit:\n${conflicts(broken, style)}`]),
  ];
}

function table(effects: readonly MtlsEffect[], style: Style): string {
  const rows = effects
    .slice(0, MOST_ROWS)
    .map((effect) => [
      escapeControls(serviceText(effect)),
      String(effect.port),
      escapeControls(effect.subset),
      escapeControls(clientsIn(effect)),
      arrow(effect, ({ server }) => server),
      arrow(effect, clientText),
      style[VERDICT_STYLE[effect.verdict]]([effect.verdict, ...effect.alsoChanged].join(', ')),
    ]);
  const head = ['SERVICE', 'PORT', 'SUBSET', 'CLIENTS IN', 'SERVER', 'CLIENTS', ''];
  const text = borderless(head, rows, ['left', 'right', 'left', 'left', 'left', 'left', 'left']);
  return `${text}${more(effects.length - rows.length)}`;
}

function conflicts(effects: readonly MtlsEffect[], style: Style): string {
  const lines = effects
    .slice(0, MOST_ROWS)
    .map((effect) => `  ${escapeControls(connectionText(effect))}: ${whenText(effect, style)}`);
  return `${lines.join('\n')}${more(effects.length - lines.length)}`;
}

function whenText({ before, after }: MtlsEffect, style: Style): string {
  if (after?.isConflict) {
    const when = before?.isConflict ? 'today and after' : 'after';
    return style[before?.isConflict ? 'warning' : 'error'](escapeControls(`${when}: ${sidesText(after)}`));
  }
  return style.dim(escapeControls(`today only: ${before === undefined ? '' : sidesText(before)}`));
}

function more(count: number): string {
  return count <= 0 ? '' : `\n  and ${count} more: -o json has all of them`;
}
