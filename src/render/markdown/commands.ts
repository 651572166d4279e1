import { hasWork, mtlsChanges, type Plan } from '../../core/plan.ts';
import { blockers } from '../../core/problem.ts';
import { escapeControls } from '../../diff/escape.ts';
import { shellWord } from '../shell-word.ts';
import { fenced } from './blocks.ts';

/** Words on the command line, without the program's name and without what nobody may read. */
export interface PlanCommands {
  readonly plan: readonly string[];
  readonly apply: readonly string[];
  /** undefined where nothing is kept to go back to. */
  readonly back: readonly string[] | undefined;
}

// What is longer is a list of files.
const LONGEST = 2000;

/** How to see the plan and, where it has work, to apply it and to take it back. */
export function commandsSection(commands: PlanCommands, plan: Plan): readonly string[] {
  const { apply, back } = commands;
  const work = [
    `# shows it again, asks, and applies it${condition(plan)}`,
    line(apply),
    ...(back === undefined ? [] : ['# takes back what was applied', line(back)]),
  ];
  const lines = ['# shows this plan', line(commands.plan), ...(hasWork(plan) ? work : [])];
  return ['### Commands', fenced('sh', lines.join('\n'))];
}

function condition(plan: Plan): string {
  if (blockers(plan.problems).length > 0) return ', once nothing blocks any more';
  return mtlsChanges(plan).length === 0
    ? ''
    : '; --yes alone is no yes to what becomes of mutual TLS: --allow-mtls-change';
}

function line(words: readonly string[]): string {
  const command = escapeControls(['kubectl istio-upgrade', ...words.map(shellWord)].join(' '));
  return command.length <= LONGEST ? command : `kubectl istio-upgrade ${words[0] ?? ''} …`;
}
