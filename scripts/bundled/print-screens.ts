// Prints what the program prints for help and for the version, as one JSON object by the words that ask for it.
import { main } from '../../cmd/main.ts';

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
    ask: async () => undefined,
    atExit: () => () => undefined,
    beginsWriting: () => undefined,
    interrupted: new AbortController().signal,
  });
  if (exit !== 0 || screen === '') throw new Error(`${argv.join(' ')} ended with ${exit}`);
  return screen;
}

const help = await screenOf('--help');
const commands = [...help.matchAll(/^ {2}kubectl istio-upgrade ([a-z-]+) /gm)].map(([, name = '']) => name);
const screens: Record<string, string> = { '--help': help, '-h': help, version: await screenOf('version') };
for (const name of commands) {
  const screen = await screenOf(name, '--help');
  screens[`${name} --help`] = screen;
  screens[`${name} -h`] = screen;
}
process.stdout.write(JSON.stringify(screens));
