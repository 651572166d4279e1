import type { Shell } from '../shell.ts';
import type { Candidate } from './source.ts';
import type { Wanted } from './wanted.ts';

/**
 * Looks for candidates where they come from. Each source is loaded when it is asked.
 * @throws when it cannot be asked
 */
export async function findCandidates({ source, line }: Wanted, shell: Shell): Promise<readonly Candidate[]> {
  switch (source.from) {
    case 'choices':
      return source.candidates;
    case 'files':
    case 'directories':
      return [];
    case 'findings':
      return (await import('./findings.ts')).findings(source);
    case 'runs':
      return (await import('./runs.ts')).runs(line, shell);
    case 'namespaces':
      return (await import('./namespaces.ts')).namespaces(line, shell);
    default:
      return (await import('./kubeconfig-names.ts')).kubeconfigNames(source.from, line, shell);
  }
}
