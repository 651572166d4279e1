import type { PlanRequest } from '../../src/app/plan-request.ts';
import type { Release } from '../../src/app/ports.ts';
import { counted } from '../../src/core/counted.ts';
import { EXIT, type ExitCode } from '../../src/core/errors.ts';
import { hasWork, type Plan } from '../../src/core/plan.ts';
import { blockers } from '../../src/core/problem.ts';
import { escapeControls } from '../../src/diff/escape.ts';
import type { PLAN_OUTPUTS } from '../flags/plan-flags.ts';
import { openCluster } from '../open-cluster.ts';
import { type HelmArguments, openHelmWay } from '../request/helm-request.ts';
import { newPlan } from '../request/new-plan.ts';
import { type PlanArguments, planRequest } from '../request/plan-request.ts';
import { openRelease } from '../request/release-request.ts';
import { mustBeEmpty, writeManifests } from '../runs/write-manifests.ts';
import { planAsText, type ShowArguments } from '../screen/show-plan.ts';
import type { Shell } from '../shell.ts';

export interface PlanCommand extends PlanArguments, HelmArguments, ShowArguments {
  readonly snapshot?: string | undefined;
  readonly out?: string | undefined;
  readonly output: (typeof PLAN_OUTPUTS)[number];
  readonly detailedExitcode: boolean;
  readonly writeManifests?: string | undefined;
}

/** Computes and shows the whole upgrade; writes nothing. */
export async function runPlanCommand(args: PlanCommand, shell: Shell): Promise<ExitCode> {
  if (args.writeManifests !== undefined) await mustBeEmpty(args.writeManifests);
  const release = await openRelease(args, shell);
  try {
    const request = await planRequest(args, shell, { willWrite: false, release });
    return await planAndShow(request, release, { args, shell });
  } finally {
    await release?.close();
  }
}

interface Command {
  readonly args: PlanCommand;
  readonly shell: Shell;
}

async function planAndShow(
  request: PlanRequest,
  release: Release | undefined,
  { args, shell }: Command,
): Promise<ExitCode> {
  const { writeManifests: directory } = args;
  const helm = await openHelmWay(args, release, shell);
  const opened = await openCluster(args, shell);
  const { cluster } = opened;
  // Loaded while the server works.
  if (args.output === 'text') import('../../src/render/plan-text.ts').catch(() => undefined);
  try {
    const plan = await newPlan(request, { args, shell, release, opened, helm: helm.request });
    shell.out(await shown(plan, args, shell));
    if (directory !== undefined) shell.err(writtenText(await writeManifests(plan, directory), directory));
    if (args.out !== undefined)
      await (await import('../runs/save-plan.ts')).savePlan(plan, { ...args, out: args.out }, opened, shell);
    if (blockers(plan.problems).length > 0) return EXIT.blocked;
    return args.detailedExitcode && hasWork(plan) ? EXIT.changes : EXIT.done;
  } finally {
    await cluster.close();
    await helm.close();
  }
}

function writtenText(files: number, directory: string): string {
  return escapeControls(`${counted(files, 'file')} written to ${directory}: its README.md says how to apply them\n`);
}

async function shown(plan: Plan, args: PlanCommand, shell: Shell): Promise<string> {
  if (args.output === 'text') return planAsText(plan, args, shell);
  if (args.output === 'markdown') return planAsMarkdown(plan, args, shell);
  const { planJson, planNames, planYaml } = await import('../../src/render/plan-data.ts');
  if (args.output === 'name') return planNames(plan);
  return args.output === 'json' ? planJson(plan) : planYaml(plan);
}

async function planAsMarkdown(plan: Plan, args: PlanCommand, shell: Shell): Promise<string> {
  const [{ planMarkdown }, { planCommands }, { docsOf }] = await Promise.all([
    import('../../src/render/markdown/plan-markdown.ts'),
    import('../screen/plan-commands.ts'),
    import('../screen/docs-of.ts'),
  ]);
  const { contextLines, showManagedFields, quiet } = args;
  const commands = planCommands(shell, args);
  return planMarkdown(plan, { commands, docsOf: docsOf(), contextLines, showManagedFields, quiet });
}
