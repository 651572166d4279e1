// Prints what the program prints for help and for the version, as one JSON object by the words that ask for it.
import { COMMANDS } from '../../cmd/commands/index.ts';
import { main } from '../../cmd/main.ts';
import { systemTimer } from '../../cmd/timer.ts';

async function screenOf(...argv: readonly string[]): Promise<string> {
  let screen = '';
  const exit = await main({
    argv,
    env: {},
    out: (text) => {
      screen += text;
    },
    err: (text) => {
      throw new Error(text);
    },
    stdin: (async function* () {})(),
    isStdinTerminal: false,
    isStdoutTerminal: false,
    isStderrTerminal: false,
    screen: { show: () => undefined, hold: () => () => undefined, size: () => ({ columns: 80, rows: 24 }) },
    timer: systemTimer,
    ask: async () => undefined,
    runProgram: async () => 0,
    atExit: () => () => undefined,
    endsAtOnce: () => undefined,
    beginsWriting: () => undefined,
    interrupted: new AbortController().signal,
  });
  if (exit !== 0 || screen === '') throw new Error(`${argv.join(' ')} ended with ${exit}`);
  return screen;
}

const help = await screenOf('--help');
const screens: Record<string, string> = { '--help': help, '-h': help, version: await screenOf('version') };
for (const { name } of COMMANDS) {
  const screen = await screenOf(name, '--help');
  screens[`${name} --help`] = screen;
  screens[`${name} -h`] = screen;
}
process.stdout.write(JSON.stringify(screens));
