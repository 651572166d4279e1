import type { PlanCommands } from '../../src/render/markdown/commands.ts';
import { connectionFlags } from '../flags/connection-flags.ts';
import { planFlags, planOnlyFlags } from '../flags/plan-flags.ts';
import { onlyFlags, shownWords, withoutFlags } from '../flags/shown-words.ts';
import type { Shell } from '../shell.ts';

const { color, quiet, 'context-lines': contextLines, 'show-managed-fields': managedFields } = planFlags;
/** How a plan is shown or kept, and not what it is. */
const SHOWING = { ...planOnlyFlags, color, quiet, 'context-lines': contextLines, 'show-managed-fields': managedFields };

const { namespace: _namespace, ...connection } = connectionFlags;
/** Which mesh a plan is for. */
const PLACE = { ...connection, 'istio-namespace': planFlags['istio-namespace'] };
const SAVED = { ...PLACE, snapshot: planFlags.snapshot };

/** The command line of a plan, and those that apply it and take it back. */
export function planCommands(
  { argv }: Pick<Shell, 'argv'>,
  { out, snapshot }: { readonly out?: string | undefined; readonly snapshot?: string | undefined },
): PlanCommands {
  const words = withoutFlags(shownWords(argv), SHOWING);
  const [plan = 'plan', ...flags] = words;
  return {
    plan: [plan, ...flags],
    apply: out === undefined ? ['apply', ...flags] : ['apply', out, ...onlyFlags(words, SAVED)],
    // Runs on a file of objects are not kept.
    back: snapshot === undefined ? ['rollback', ...onlyFlags(words, PLACE)] : undefined,
  };
}
