import { checkMesh, isBlocked } from '../src/app/check-mesh.ts';
import { EXIT, type ExitCode, UpgradeError } from '../src/core/errors.ts';
import { HOPS } from '../src/hops/index.ts';
import type { CHECK_OUTPUTS } from './check-flags.ts';
import { type ColourChoice, styleFor } from './colour.ts';
import type { ConnectionArguments } from './connection.ts';
import { openCluster } from './open-cluster.ts';
import { readTarget } from './read-target.ts';
import type { Shell } from './shell.ts';
import { nearest } from './suggest.ts';

export interface CheckCommand extends ConnectionArguments {
  readonly istioNamespace: string;
  readonly filename?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly explain?: string | undefined;
  readonly output: (typeof CHECK_OUTPUTS)[number];
  readonly snapshot?: string | undefined;
  readonly color: ColourChoice;
}

const CHECKS = HOPS.flatMap((hop) => hop.checks);

/** Tells what goes wrong in the upgrade, before anything is planned; writes nothing. */
export async function runCheckCommand(args: CheckCommand, shell: Shell): Promise<ExitCode> {
  const { explainText, reportJson, reportText } = await import('../src/render/check-text.ts');
  if (args.explain !== undefined) {
    shell.out(explainText(checkNamed(args.explain)));
    return EXIT.done;
  }
  const ignored = (args.ignore ?? []).map((id) => checkNamed(id).id);
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

/** @throws UpgradeError (exit 2) when there is no such check */
function checkNamed(id: string): (typeof CHECKS)[number] {
  const check = CHECKS.find((one) => one.id === id);
  if (check !== undefined) return check;
  const ids = CHECKS.map((one) => one.id);
  const guess = nearest(id, ids);
  throw new UpgradeError(`there is no check "${id}"`, {
    exit: EXIT.usage,
    hint: guess === undefined ? `known are: ${ids.join(', ')}` : `did you mean ${guess}?`,
  });
}
