import { makePlan } from '../src/app/make-plan.ts';
import { EXIT, type ExitCode } from '../src/core/errors.ts';
import type { Plan } from '../src/core/plan.ts';
import { blockers } from '../src/core/problem.ts';
import { HOPS } from '../src/hops/index.ts';
import { type ColourChoice, styleFor } from './colour.ts';
import type { ConnectionArguments } from './connection.ts';
import { foundBesides, openCluster } from './open-cluster.ts';
import type { PLAN_OUTPUTS } from './plan-flags.ts';
import { type PlanArguments, planRequest } from './plan-request.ts';
import type { Shell } from './shell.ts';

export interface ShowArguments {
  readonly color: ColourChoice;
  readonly contextLines: number;
  readonly quiet: boolean;
  readonly showManagedFields: boolean;
}

export interface PlanCommand extends PlanArguments, ConnectionArguments, ShowArguments {
  readonly snapshot?: string | undefined;
  readonly out?: string | undefined;
  readonly output: (typeof PLAN_OUTPUTS)[number];
  readonly detailedExitcode: boolean;
}

/** Computes and shows the whole upgrade; writes nothing. */
export async function runPlanCommand(args: PlanCommand, shell: Shell): Promise<ExitCode> {
  const request = await planRequest(args, shell, { willWrite: false });
  const opened = await openCluster(args, shell);
  const { cluster } = opened;
  // Loaded while the server works.
  if (args.output === 'text') import('../src/render/plan-text.ts').catch(() => undefined);
  try {
    const found = await foundBesides(opened, request);
    const plan = await makePlan({ ...request, found }, cluster, HOPS);
    shell.out(await shown(plan, args, shell));
    if (args.out !== undefined)
      await (await import('./save-plan.ts')).savePlan(plan, { ...args, out: args.out }, opened, shell);
    if (blockers(plan.problems).length > 0) return EXIT.blocked;
    return args.detailedExitcode && plan.changes.length > 0 ? EXIT.changes : EXIT.done;
  } finally {
    await cluster.close();
  }
}

async function shown(plan: Plan, args: PlanCommand, shell: Shell): Promise<string> {
  if (args.output === 'text') return planAsText(plan, args, shell);
  const { planJson, planNames, planYaml } = await import('../src/render/plan-data.ts');
  if (args.output === 'name') return planNames(plan);
  return args.output === 'json' ? planJson(plan) : planYaml(plan);
}

export async function planAsText(plan: Plan, args: ShowArguments, shell: Shell): Promise<string> {
  const { planText } = await import('../src/render/plan-text.ts');
  const { contextLines, showManagedFields, quiet } = args;
  return planText(plan, {
    style: styleFor(args.color, shell.env, shell.isStdoutTerminal),
    contextLines,
    showManagedFields,
    quiet,
  });
}
