import type { Plan } from '../../src/core/plan.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';
import type { Shell } from '../shell.ts';
import { styleFor } from './colour.ts';
import { diffCommand, showDiff } from './external-diff.ts';

export interface ShowArguments {
  readonly color: ColourChoice;
  readonly contextLines: number;
  readonly quiet: boolean;
  readonly showManagedFields: boolean;
}

/** The plan as text. Where the environment names a program for differences, that one has shown them before. */
export async function planAsText(plan: Plan, args: ShowArguments, shell: Shell): Promise<string> {
  const { planText } = await import('../../src/render/plan-text.ts');
  const { contextLines, showManagedFields, quiet } = args;
  const external = quiet ? undefined : diffCommand(shell.env);
  if (external !== undefined) await showDiff(external, plan.changes, { showManagedFields, shell });
  return planText(plan, {
    style: styleFor(args.color, shell.env, shell.isStdoutTerminal),
    contextLines,
    showManagedFields,
    quiet,
    isDiffElsewhere: external !== undefined,
  });
}
