import { minorText } from '../../src/core/version.ts';
import type { Hop, Minor } from '../../src/plan/hop.ts';

/** What the files of a new hop call it, its ends and the hop before it. */
export interface HopNames {
  readonly from: string;
  readonly to: string;
  readonly minor: Minor;
  /** The folder of the hop that ends where this one begins. */
  readonly before: string;
  readonly folder: string;
  readonly hop: string;
  readonly semantics: { readonly from: string; readonly to: string };
  readonly version: { readonly from: string; readonly to: string };
}

/**
 * The names of the hop that follows the last one.
 * @param asked the versions on the command line: `1.2`, `1.3`
 * @throws Error when these are not the next step of the chain
 */
export function hopNames(asked: readonly string[], chain: readonly Hop[]): HopNames {
  const last = chain.at(-1);
  if (last === undefined) throw new Error('there is no hop that another one could follow');
  const minor = { ...last.to, minor: last.to.minor + 1 };
  const [from, to] = [last.to, minor].map(minorText);
  if (from === undefined || to === undefined || asked.join(' ') !== `${from} ${to}`)
    throw new Error(`the chain ends at ${from}: the next hop is ${from} ${to}, and "${asked.join(' ')}" was asked for`);
  return {
    from,
    to,
    minor,
    before: `${minorText(last.from)}-to-${from}`,
    folder: `${from}-to-${to}`,
    hop: `hop${joined(last.to)}to${joined(minor)}`,
    semantics: { from: `istio${joined(last.to)}`, to: `istio${joined(minor)}` },
    version: { from: constant(last.to), to: constant(minor) },
  };
}

function joined({ major, minor }: Minor): string {
  return `${major}${minor}`;
}

function constant({ major, minor }: Minor): string {
  return `ISTIO_${major}_${minor}`;
}
