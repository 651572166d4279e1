import { readStatus, type Status } from '../../src/app/status.ts';
import { EXIT, type ExitCode } from '../../src/core/errors.ts';
import { escapeControls } from '../../src/diff/escape.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';
import type { ConnectionArguments } from '../flags/connection-flags.ts';
import type { STATUS_OUTPUTS } from '../flags/status-flags.ts';
import { openCluster } from '../open-cluster.ts';
import { styleFor } from '../screen/colour.ts';
import { whileDoing } from '../screen/while-doing.ts';
import type { Shell } from '../shell.ts';

export interface StatusCommand extends ConnectionArguments {
  readonly istioNamespace: string;
  readonly allNamespaces: boolean;
  readonly selector?: string | undefined;
  readonly stale: boolean;
  readonly snapshot?: string | undefined;
  readonly output: (typeof STATUS_OUTPUTS)[number];
  readonly color: ColourChoice;
}

/** Shows what runs where; writes nothing. */
export async function runStatusCommand(args: StatusCommand, shell: Shell): Promise<ExitCode> {
  const { cluster } = await openCluster(args, shell);
  try {
    const request = {
      istioNamespace: args.istioNamespace,
      namespace: args.allNamespaces ? undefined : args.namespace,
      labelSelector: args.selector,
    };
    const status = await whileDoing('reading the mesh', { args, shell }, () => readStatus(request, cluster));
    shell.out(await shown(args.stale ? onlyStale(status) : status, args, shell));
    for (const { severity, message, hint } of status.problems)
      shell.err(escapeControls(`${severity}: ${message}\n${hint === undefined ? '' : `hint:  ${hint}\n`}`));
    return EXIT.done;
  } finally {
    await cluster.close();
  }
}

function onlyStale(status: Status): Status {
  return { ...status, mesh: { ...status.mesh, workloads: status.mesh.workloads.filter(({ isStale }) => isStale) } };
}

async function shown(status: Status, { output, color }: StatusCommand, shell: Shell): Promise<string> {
  if (output === 'text' || output === 'wide') {
    const { statusText } = await import('../../src/render/status-text.ts');
    const style = styleFor(color, shell.env, shell.isStdoutTerminal);
    return statusText(status, { style, isWide: output === 'wide' });
  }
  if (output === 'markdown') {
    const { statusMarkdown } = await import('../../src/render/markdown/status-markdown.ts');
    return statusMarkdown(status, (await import('../screen/docs-of.ts')).docsOf());
  }
  const { statusJson, statusNames, statusYaml } = await import('../../src/render/status-data.ts');
  if (output === 'name') return statusNames(status);
  return output === 'json' ? statusJson(status) : statusYaml(status);
}
