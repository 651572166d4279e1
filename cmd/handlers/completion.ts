import { EXIT, type ExitCode, UpgradeError } from '../../src/core/errors.ts';
import { KUBECTL_SCRIPT, SCRIPT_NAME } from '../completion/kubectl-script.ts';
import type { Shell } from '../shell.ts';

/** How each shell loads kubectl's own completion. */
const LOADED_BY: Readonly<Record<string, string>> = {
  bash: 'source <(kubectl completion bash)',
  zsh: 'source <(kubectl completion zsh)',
  fish: 'kubectl completion fish | source',
  powershell: 'kubectl completion powershell | Out-String | Invoke-Expression',
};

/** Prints the script that kubectl looks for on PATH. */
export async function runCompletionCommand(
  { program }: { readonly program?: string | undefined },
  shell: Shell,
): Promise<ExitCode> {
  if (program !== 'kubectl') throw notByItself(program);
  shell.out(KUBECTL_SCRIPT);
  return EXIT.done;
}

/** Other programs print a script for each shell here, so that is what people try first. */
function notByItself(program = ''): UpgradeError {
  const loaded = LOADED_BY[program] ?? LOADED_BY.bash;
  return new UpgradeError(`completion ${program}: a plugin is completed by kubectl, not by the shell itself`, {
    exit: EXIT.usage,
    hint: `${loaded} loads kubectl's completion; what kubectl istio-upgrade completion kubectl prints goes on PATH as ${SCRIPT_NAME}`,
  });
}
