import { escapeControls } from '../../diff/escape.ts';
import { shellWord } from '../shell-word.ts';
import { fenced } from './blocks.ts';
import { code } from './inline.ts';

/** Words on the command line, without the program's name and without what nobody may read. */
export interface PlanCommands {
  readonly plan: readonly string[];
  readonly apply: readonly string[];
  /** undefined where nothing is kept to go back to. */
  readonly back: readonly string[] | undefined;
}

// What is longer is a list of files.
const LONGEST = 2000;

/** How to see the plan, to apply it, and to take it back. */
export function commandsSection({ plan, apply, back }: PlanCommands, isBlocked: boolean): readonly string[] {
  const lines = [
    '# shows this plan',
    line(plan),
    `# shows it again, asks, and applies it${isBlocked ? ', once nothing blocks any more' : ''}`,
    line(apply),
    ...(back === undefined ? [] : ['# takes back what was applied', line(back)]),
  ];
  return ['### Commands', fenced('sh', lines.join('\n'))];
}

/** Where everything is that a report leaves out. */
export function seenWith({ plan }: PlanCommands): string {
  return `${code(line(plan))} shows everything`;
}

function line(words: readonly string[]): string {
  const command = ['kubectl istio-upgrade', ...words.map(shellWord)].join(' ').replace(/\s+/g, ' ');
  return escapeControls(command.length <= LONGEST ? command : `kubectl istio-upgrade ${words[0] ?? ''} …`);
}
