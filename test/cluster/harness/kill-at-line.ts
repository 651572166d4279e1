// Loaded into the program before it starts: kills it at one line of its journal, named by KILL_AT. Two to a line: before it is written, and after.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env.KILL_AT);
const open = fs.open;
let passed = 0;

function pass(): void {
  if (passed === killAt) process.kill(process.pid, 'SIGKILL');
  passed += 1;
}

fs.open = async (file, ...rest) => {
  const handle = await open(file, ...rest);
  if (!String(file).endsWith('journal.ndjson')) return handle;
  const append = handle.appendFile.bind(handle);
  const sync = handle.datasync.bind(handle);
  handle.appendFile = async (...args) => {
    pass();
    // Nothing is done any more while the signal is on its way.
    if (passed > killAt) await new Promise(() => undefined);
    return append(...args);
  };
  handle.datasync = async () => {
    await sync();
    pass();
    if (passed > killAt) await new Promise(() => undefined);
  };
  return handle;
};
syncBuiltinESMExports();
