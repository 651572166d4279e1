import type { KubectlStep } from '../app/kubectl-steps.ts';
import { valueAt } from '../core/json.ts';
import { type ObjectRef, refOf, refText } from '../core/object.ts';
import { type Phase, STAGES, type Stage } from '../core/phase.ts';
import type { Awaited, Mention, Plan } from '../core/plan.ts';
import { escapeControls } from '../diff/escape.ts';
import { commandOf, waitEstablished, waitRollout } from './kubectl-command.ts';

/** A step, and the file with its object. */
export interface Entry {
  readonly step: KubectlStep;
  readonly path: string | undefined;
}

/** A phase: its folder, and its steps in order. */
export interface Section {
  readonly phase: Phase;
  readonly folder: string;
  readonly entries: readonly Entry[];
}

// As long as Pilot is given to spread a configuration when this tool applies it itself.
const SETTLE = 'sleep 15';

/** How to apply the files of a plan, with every command, in order. */
export function manifestReadme(plan: Plan, sections: readonly Section[]): string {
  const entries = sections.flatMap((one) => one.entries);
  const parts = [
    `# Istio ${plan.from} to ${plan.to}`,
    introduction(plan, entries.length),
    ...(entries.length === 0 ? [] : [WAYS]),
    ...findings(plan),
    ...sections.filter((one) => one.entries.length > 0).flatMap((one) => sectionText(one, plan)),
    ...mentions('Left behind by the installed release', plan.leftovers),
    ...mentions('Not applied', plan.skipped),
  ];
  return `${parts.map(escapeControls).join('\n\n')}\n`;
}

function introduction({ cluster, istioNamespace }: Plan, steps: number): string {
  const where = `\`${cluster.address}\` (Kubernetes ${cluster.version}), control plane in \`${istioNamespace}\``;
  if (steps === 0) return `Planned for ${where}: there is nothing to do.`;
  return `Planned for ${where}.
Run the commands below in this directory, one after the other, against that cluster, and stop at the first that fails. If the cluster has changed
meanwhile, plan again first: \`kubectl replace\` would undo what was changed. In the end \`kubectl istio-upgrade plan\` has nothing to do.`;
}

const WAYS = `- \`kubectl apply\`: the file is the manifest, as its owner would keep it.
- \`kubectl replace\`: the file is the whole object as it shall be. \`kubectl apply\` would make something else of it: leave fields that have to go,
  since its record of the object does not hold them, or undo what is kept on purpose, such as a scale. The record is gone afterwards.
- \`kubectl delete --cascade=orphan\` (before kubectl 1.20 \`--cascade=false\`): the object goes and its pods stay; the command after it creates
  the object again, which adopts them. Run the two right after each other.

For a repository: where an object has two files, the later one is what stays. Let whatever applies them keep this order and these waits.`;

function findings({ problems }: Plan): readonly string[] {
  const told = problems.filter(({ severity }) => severity !== 'note');
  if (told.length === 0) return [];
  const isBlocked = told.some(({ severity }) => severity === 'blocker');
  const lines = told.map(
    ({ severity, message, hint }) =>
      `- ${severity}: ${oneLine(message)}${hint === undefined ? '' : ` (${oneLine(hint)})`}`,
  );
  const head = isBlocked ? '**What blocks has to be mended before anything is applied.**\n\n' : '';
  return ['## Findings', `${head}${lines.join('\n')}`];
}

function sectionText({ folder, phase, entries }: Section, plan: Plan): readonly string[] {
  const stages = STAGES.filter((stage) => entries.some(({ step }) => step.stage === stage));
  const parts = stages.flatMap((stage, index) => [
    ...pauseBefore(stage, stages[index - 1]),
    ...entries.filter(({ step }) => step.stage === stage).flatMap((entry) => entryText(entry, plan)),
    ...(stage === lastBeforeWait(stages) ? waits(phase, plan) : []),
  ]);
  return [`## ${folder}`, ...joinedCommands(parts)];
}

/** What is written in stage `write`, or all there is, is waited for. */
function lastBeforeWait(stages: readonly Stage[]): Stage | undefined {
  return stages.includes('write') ? 'write' : stages[0];
}

type Part = { readonly command: string } | { readonly text: string };

function pauseBefore(stage: Stage, before: Stage | undefined): readonly Part[] {
  const isPaused = stage === 'settled' || (stage === 'write' && before === 'prepare');
  return isPaused ? [{ text: 'Pilot is given time to spread what was written:' }, { command: SETTLE }] : [];
}

function entryText({ step, path }: Entry, { dataPlane }: Plan): readonly Part[] {
  const { change } = step;
  const requires = (change.requires ?? []).map(({ object }) => `\`${refText(refOf(object))}\``);
  const rests: readonly Part[] =
    requires.length === 0 ? [] : [{ text: `Only once ${requires.join(' and ')} is there, as planned:` }];
  const command = commandOf(step, path);
  if (command === undefined) return [...rests, { text: byHand(step.ref) }];
  const restart = dataPlane?.restarts.find(({ ref }) => refText(ref) === refText(step.ref));
  if (restart === undefined) return [...rests, { command }];
  const after: Part = restart.way === 'roll' ? { command: waitRollout(restart) } : { text: onDelete(step.ref) };
  return [...rests, { command }, after];
}

function byHand(ref: ObjectRef): string {
  return `\`${refText(ref)}\` changes too. Its values are not written to files: apply it from the release's own manifests now, or let \`kubectl istio-upgrade apply\` do it.`;
}

function onDelete(ref: ObjectRef): string {
  return `No controller replaces the pods of \`${refText(ref)}\`: delete them one at a time, each once the one before it is replaced and ready.`;
}

function waits(phase: Phase, { awaited, changes }: Plan): readonly Part[] {
  const all = awaited[phase];
  if (all.length === 0) return [];
  if (phase === 'crds') return [{ command: waitEstablished(all) }];
  return all.filter((one) => !isOnDelete(one, changes)).map((one) => ({ command: waitRollout(one) }));
}

/** kubectl waits for no rollout that only comes about by deleting pods. */
function isOnDelete({ ref }: Awaited, changes: Plan['changes']): boolean {
  const change = changes.find((one) => refText(one.ref) === refText(ref));
  if (change === undefined || change.op === 'delete') return false;
  return valueAt(change.after, 'spec', 'updateStrategy', 'type') === 'OnDelete';
}

/** Commands that follow each other stand in one block. */
function joinedCommands(parts: readonly Part[]): readonly string[] {
  const texts: string[] = [];
  let block: string[] = [];
  const flush = (): void => {
    if (block.length > 0) texts.push(`\`\`\`sh\n${block.join('\n')}\n\`\`\``);
    block = [];
  };
  for (const part of parts) {
    if ('command' in part) block.push(part.command);
    else {
      flush();
      texts.push(part.text);
    }
  }
  flush();
  return texts;
}

function mentions(title: string, all: readonly Mention[]): readonly string[] {
  return all.length === 0
    ? []
    : [`## ${title}`, all.map(({ ref, why }) => `- \`${refText(ref)}\`: ${oneLine(why)}`).join('\n')];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
