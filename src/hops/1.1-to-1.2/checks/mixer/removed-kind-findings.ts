import { refText } from '../../../../core/object.ts';
import type { Severity } from '../../../../core/problem.ts';
import { shortList } from '../../../../core/short-list.ts';
import type { MixerFlags } from '../../../../mesh/mixer-flags.ts';
import type { CheckContext, Finding } from '../../../../plan/check.ts';
import { conversion, keeping } from './conversion.ts';
import type { RemovedKind } from './removed-kinds.ts';
import type { RemovedObject } from './removed-objects.ts';
import { stillRead } from './still-read.ts';

/** What becomes of what rules use. */
export interface Loss {
  readonly severity: Severity;
  /** What the rules do no longer: follows their names. */
  readonly tell: (rules: string) => string;
}

/** One finding for each kind, and for whether a rule uses it: what goes, by which rules it acts today, and how it is kept. */
export function removedKindFindings(
  objects: readonly RemovedObject[],
  context: CheckContext,
  loss: Loss,
): readonly Finding[] {
  const read = stillRead(context);
  const groups = Map.groupBy(objects, ({ kind, rules }) => `${kind.kind} ${rules.length > 0}`);
  return [...groups.values()].flatMap((some) => {
    const [first] = some;
    return first === undefined ? [] : [findingOf(some, first.kind, { context, loss, read })];
  });
}

interface Around {
  readonly context: CheckContext;
  readonly loss: Loss;
  readonly read: MixerFlags;
}

function findingOf(some: readonly RemovedObject[], kind: RemovedKind, { context, loss, read }: Around): Finding {
  const refs = some.map(({ ref }) => ref);
  const rules = [...new Set(some.flatMap((one) => one.rules.map(refText)))].sort();
  const isRead = kind.role === 'adapter' ? read.adapters : read.templates;
  const what = isRead ? keptAs(kind) : `Mixer 1.2 does not read kind ${kind.kind}${lost(rules, loss)}`;
  return {
    ref: refs.length === 1 ? refs[0] : undefined,
    message: `${shortList(refs.map(refText))}: ${what}`,
    hint: [conversion(kind, refs, context), ...(isRead ? [] : [keeping(kind)])].join('; or '),
    severity: isRead || rules.length === 0 ? 'note' : loss.severity,
  };
}

function keptAs({ kind, role }: RemovedKind): string {
  const flag = role === 'adapter' ? '--useAdapterCRDs' : '--useTemplateCRDs';
  return `Mixer 1.2 goes on reading kind ${kind} with ${flag}=true, and that of 1.3 does not`;
}

function lost(rules: readonly string[], { tell }: Loss): string {
  return rules.length === 0 ? ', and no rule uses it' : tell(shortList(rules));
}
