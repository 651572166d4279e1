import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../cli/run.ts';

/** A command of README's session, and what README shows of its screen. */
export interface Step {
  readonly line: string;
  readonly shown: string;
  /** The golden file with the whole screen. */
  readonly golden: string;
}

const BEGIN = '<!-- session -->';
const END = '<!-- end of session -->';
const PROMPT = '$ ';

/** README's session, command by command. @throws Error where README has none */
export function readmeSession(): readonly Step[] {
  const [, rest = ''] = readFileSync(join(ROOT, 'README.md'), 'utf8').split(BEGIN);
  const [session = ''] = rest.split(END);
  const lines = [...session.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
    block.split('\n').slice(0, -1),
  );
  const begins = lines.flatMap((line, at) => (line.startsWith(PROMPT) ? [at] : []));
  if (begins.length === 0) throw new Error(`README.md has no session between ${BEGIN} and ${END}`);
  return begins.map((at, index) => {
    const line = (lines[at] ?? '').slice(PROMPT.length);
    const words = line.replace(/^kubectl istio-upgrade /, '').split(' ');
    const name = words.includes('markdown') ? 'markdown' : (words[0] ?? '');
    const shown = lines.slice(at + 1, begins[index + 1]).join('\n');
    return { line, shown, golden: `session-${index + 1}-${name}` };
  });
}

/** Whether a screen is what is shown of it, where a line `…` stands for any number of lines. Empty lines at either end do not count. */
export function isShownBy(shown: string, screen: string): boolean {
  const escaped = shown
    .trim()
    .split('\n')
    .map((line) => (line === '…' ? '(?:.*\\n)*?' : `${RegExp.escape(line)}\\n`));
  return new RegExp(`^${escaped.join('')}$`).test(`${screen.trim()}\n`);
}
