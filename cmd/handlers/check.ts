import { type CheckReport, type CheckRequest, checkMesh, isBlocked } from '../../src/app/check-mesh.ts';
import { EXIT, type ExitCode } from '../../src/core/errors.ts';
import { HOPS } from '../../src/hops/index.ts';
import { ignorable, kindNamed } from '../../src/plan/ignorable.ts';
import type { CHECK_OUTPUTS } from '../flags/check-flags.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';
import { openCluster } from '../open-cluster.ts';
import { type HelmArguments, openHelmWay } from '../request/helm-request.ts';
import { readTarget } from '../request/read-target.ts';
import { openRelease, type ReleaseArguments, withRendered } from '../request/release-request.ts';
import { styleFor } from '../screen/colour.ts';
import { whileDoing } from '../screen/while-doing.ts';
import type { Shell } from '../shell.ts';

export interface CheckCommand extends HelmArguments, Omit<ReleaseArguments, 'quiet'> {
  readonly istioNamespace: string;
  readonly ignore?: readonly string[] | undefined;
  readonly explain?: string | undefined;
  readonly output: (typeof CHECK_OUTPUTS)[number];
  readonly snapshot?: string | undefined;
  readonly color: ColourChoice;
}

/** Tells what goes wrong in the upgrade, before anything is planned; writes nothing. */
export async function runCheckCommand(args: CheckCommand, shell: Shell): Promise<ExitCode> {
  if (args.explain !== undefined) {
    const { explainText } = await import('../../src/render/check-text.ts');
    shell.out(explainText(kindNamed(args.explain, HOPS)));
    return EXIT.done;
  }
  const { istioNamespace, filename, ignore = [] } = args;
  const ignored = ignorable(ignore, HOPS);
  const release = await openRelease({ ...args, quiet: false }, shell);
  try {
    const target = await readTarget(filename, shell);
    return await checkAndShow({ istioNamespace, ignored, target }, release, { args, shell });
  } finally {
    await release?.close();
  }
}

interface Command {
  readonly args: CheckCommand;
  readonly shell: Shell;
}

async function checkAndShow(
  request: CheckRequest,
  release: Awaited<ReturnType<typeof openRelease>>,
  { args, shell }: Command,
): Promise<ExitCode> {
  const helm = await openHelmWay(args, release, shell);
  const { cluster } = await openCluster(args, shell);
  try {
    const report = await whileDoing('looking at the mesh', { args, shell }, async () => {
      const rendered = await withRendered(request, release, cluster);
      return checkMesh({ ...rendered, helm: helm.request }, cluster, HOPS);
    });
    shell.out(await shown(report, args, shell));
    return isBlocked(report) ? EXIT.blocked : EXIT.done;
  } finally {
    await cluster.close();
    await helm.close();
  }
}

async function shown(report: CheckReport, { output, color }: CheckCommand, shell: Shell): Promise<string> {
  if (output === 'markdown') {
    const { checkMarkdown } = await import('../../src/render/markdown/check-markdown.ts');
    return checkMarkdown(report, (await import('../screen/docs-of.ts')).docsOf());
  }
  const { reportJson, reportText } = await import('../../src/render/check-text.ts');
  const style = styleFor(color, shell.env, shell.isStdoutTerminal);
  return output === 'json' ? reportJson(report) : reportText(report, style);
}
