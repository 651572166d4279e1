import { counted } from '../../core/counted.ts';
import { type MtlsEffect, type MtlsState, mtlsChanges, type Plan } from '../../core/plan.ts';
import { arrow, clientsIn, clientText, connectionText, serviceText, sidesText, touchedBy } from '../mtls-words.ts';
import { bullets, folded, markdownTable } from './blocks.ts';
import { code, prose } from './inline.ts';
import type { Measure } from './limit.ts';

const COLUMNS = ['Service', { head: 'Port', align: 'right' }, 'Subset', 'Clients in', 'Server', 'Clients', ''] as const;

/** What becomes of mutual TLS, connection by connection: those that change come first, in bold. */
export function mtlsSection({ mtls }: Plan, { vital, other }: Measure): readonly string[] {
  const isChange = changesIn(mtls);
  const touched = touchedBy(mtls);
  const [changed, others] = [touched.filter(isChange), touched.filter((effect) => !isChange(effect))];
  const rows = [...changed.slice(0, vital), ...others.slice(0, other)].map((effect) => row(effect, isChange(effect)));
  const unfit = mtls.filter(({ before, after }) => before?.isConflict || after?.isConflict);
  if (touched.length + unfit.length === 0) return [];
  return [
    '### Mutual TLS',
    ...(rows.length === 0
      ? []
      : [folded(counted(rows.length, 'connection'), rows.length, markdownTable(COLUMNS, rows))]),
    ...more(touched.length - rows.length, 'connection'),
    ...conflicts(unfit, { vital, other }),
  ];
}

/** `3 connections change (2 weaker, 1 stricter)` */
export function mtlsCounts({ mtls }: Plan): string {
  const changes = mtlsChanges({ mtls });
  if (changes.length === 0) return 'no connection changes';
  const count = (verdict: MtlsEffect['verdict']) => changes.filter((one) => one.verdict === verdict).length;
  const verdicts = (['weaker', 'stricter', 'changed'] as const).filter((verdict) => count(verdict) > 0);
  const texts = verdicts.map((verdict) => `${count(verdict)} ${verdict}`);
  return `${counted(changes.length, 'connection')} ${changes.length === 1 ? 'changes' : 'change'} (${texts.join(', ')})`;
}

function changesIn(mtls: readonly MtlsEffect[]): (effect: MtlsEffect) => boolean {
  const changes = new Set(mtlsChanges({ mtls }));
  return (effect) => changes.has(effect) || effect.alsoChanged.length > 0;
}

function row(effect: MtlsEffect, isChange: boolean): readonly string[] {
  const verdict = prose([effect.verdict, ...effect.alsoChanged].join(', '));
  return [
    code(serviceText(effect)),
    String(effect.port),
    code(effect.subset),
    prose(clientsIn(effect)),
    states(effect, ({ server }) => server),
    states(effect, clientText),
    isChange ? `**${verdict}**` : verdict,
  ];
}

function states(effect: MtlsEffect, text: (state: MtlsState) => string): string {
  return prose(arrow(effect, text));
}

/** What does not fit afterwards comes before what only does not fit today. */
function conflicts(unfit: readonly MtlsEffect[], { vital, other }: Measure): readonly string[] {
  if (unfit.length === 0) return [];
  const ahead = unfit.filter(({ after }) => after?.isConflict);
  const today = unfit.filter(({ after }) => !after?.isConflict);
  const lines = [...ahead.slice(0, vital), ...today.slice(0, other)].map(
    (effect) => `${prose(connectionText(effect))}: ${when(effect)}`,
  );
  return [
    'Connections whose two sides do not fit:',
    ...(lines.length === 0 ? [] : [bullets(lines)]),
    ...more(unfit.length - lines.length, 'connection'),
  ];
}

function when({ before, after }: MtlsEffect): string {
  if (after?.isConflict) return `**${before?.isConflict ? 'today and after' : 'after'}**: ${prose(sidesText(after))}`;
  return `today only: ${before === undefined ? '' : prose(sidesText(before))}`;
}

function more(count: number, noun: string): readonly string[] {
  return count === 0 ? [] : [`and ${counted(count, `more ${noun}`)}: \`-o json\` has all of them`];
}
