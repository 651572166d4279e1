import { checkMesh, isBlocked } from '../src/app/check-mesh.ts';
import { EXIT, type ExitCode } from '../src/core/errors.ts';
import { HOPS } from '../src/hops/index.ts';
import { ignorable, kindNamed } from '../src/plan/ignorable.ts';
import type { CHECK_OUTPUTS } from './check-flags.ts';
import { type ColourChoice, styleFor } from './colour.ts';
import type { ConnectionArguments } from './connection.ts';
import { openCluster } from './open-cluster.ts';
import { readTarget } from './read-target.ts';
import type { Shell } from './shell.ts';

export interface CheckCommand extends ConnectionArguments {
  readonly istioNamespace: string;
  readonly filename?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly explain?: string | undefined;
  readonly output: (typeof CHECK_OUTPUTS)[number];
  readonly snapshot?: string | undefined;
  readonly color: ColourChoice;
}

/** Tells what goes wrong in the upgrade, before anything is planned; writes nothing. */
export async function runCheckCommand(args: CheckCommand, shell: Shell): Promise<ExitCode> {
  const { explainText, reportJson, reportText } = await import('../src/render/check-text.ts');
  if (args.explain !== undefined) {
    shell.out(explainText(kindNamed(args.explain, HOPS)));
    return EXIT.done;
  }
  const ignored = ignorable(args.ignore ?? [], HOPS);
  const target = await readTarget(args.filename, shell);
  const { cluster } = await openCluster(args, shell);
  try {
    const { istioNamespace } = args;
    const report = await checkMesh({ istioNamespace, ignored, target }, cluster, HOPS);
    const style = styleFor(args.color, shell.env, shell.isStdoutTerminal);
    shell.out(args.output === 'json' ? reportJson(report) : reportText(report, style));
    return isBlocked(report) ? EXIT.blocked : EXIT.done;
  } finally {
    await cluster.close();
  }
}
