import type { Options } from 'yargs';
import type { Command } from '../../cmd/commands/command.ts';
import { helpMarkdown, markdownTable } from './markdown-table.ts';

interface Row {
  readonly name: string;
  readonly names: string;
  readonly of: readonly string[];
  readonly text: string;
}

/** Every flag but those of the connection, with the commands that have it; one that means different things is told for each. */
export function flagTable(commands: readonly Command[]): string {
  const withFlags = commands.filter(({ flags }) => Object.keys(flags).length > 0);
  const rows = rowsOf(withFlags, ({ group }) => group === undefined);
  return markdownTable(
    ['flag', 'of', 'what it says'],
    rows.map(({ names, of, text }) => [names, of.length === withFlags.length ? 'all' : of.join(', '), text]),
  );
}

/** The flags that say which cluster, as whom and how. */
export function connectionTable(commands: readonly Command[]): string {
  const rows = rowsOf(commands, ({ group }) => group !== undefined);
  return markdownTable(
    ['flag', 'what it says'],
    rows.map(({ names, text }) => [names, text]),
  );
}

function rowsOf(commands: readonly Command[], isMeant: (options: Options) => boolean): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const command of commands) {
    for (const [name, options] of Object.entries(command.flags)) {
      if (!isMeant(options)) continue;
      const row = { name, names: namesOf(name, options), text: textOf(options) };
      const key = `${row.names} ${row.text}`;
      rows.set(key, { ...row, of: [...(rows.get(key)?.of ?? []), command.name] });
    }
  }
  const all = [...rows.values()];
  // What one flag means elsewhere stands beside it.
  return [...new Set(all.map(({ name }) => name))].flatMap((name) => all.filter((row) => row.name === name));
}

function namesOf(name: string, { alias }: Options): string {
  return [...[alias ?? []].flat(), name].map((one) => `\`${one.length === 1 ? '-' : '--'}${one}\``).join(', ');
}

function textOf(options: Options): string {
  const { describe = '', choices = [], array = false } = options;
  const choice = choices.map((one) => `\`${one}\``).join(', ');
  const parts = [
    `${helpMarkdown(describe)}${choice === '' ? '' : `: ${choice}`}`,
    ...(array && !describe.includes('repeatable') ? ['repeatable'] : []),
    ...defaultOf(options),
  ];
  return parts.join('; ');
}

/** The default, unless it is to do nothing or stands in the text. */
function defaultOf({ default: value, describe = '' }: Options): readonly string[] {
  return value === undefined || value === false || describe.includes('default') ? [] : [`default \`${value}\``];
}
