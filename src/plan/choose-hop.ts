import { EXIT, UpgradeError } from '../core/errors.ts';
import { refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { compareMinors, compareVersions, type IstioVersion, minorText, versionText } from '../core/version.ts';
import { type Component, isPilot } from '../mesh/control-plane.ts';
import type { Hop } from './hop.ts';

export interface Journey {
  readonly hop: Hop;
  readonly from: IstioVersion;
  readonly to: IstioVersion;
  readonly problems: readonly Problem[];
}

export interface Ends {
  readonly live: readonly Component[];
  /** undefined when nothing is to be installed: the mesh stays at its release. */
  readonly target: readonly Component[] | undefined;
  readonly istioNamespace: string;
  /** The target is the release that the mesh comes from. */
  readonly isBack?: boolean | undefined;
}

/**
 * The guard: which hop leads from the live control plane to the target's manifests.
 * The versions are Pilot's, on either side; the same minor again is an upgrade that was begun, or a new patch.
 * Going back, it is the hop that led from the target to the live release.
 * Without a target it is the hop that led to the live release, or else the one that leads on from it.
 * @throws UpgradeError (exit 3) when a version cannot be told or no known hop fits, with the steps that lead there
 */
export function chooseHop(hops: readonly Hop[], { live, target, istioNamespace, isBack = false }: Ends): Journey {
  const from = pilotVersion(
    live,
    `no Istio control plane in namespace ${istioNamespace}: found no workload that runs Pilot's image`,
    {
      hint: 'name its namespace with -i/--istio-namespace, or the cluster with --context',
    },
  );
  if (target === undefined) {
    const hop = hopAt(hops, from);
    return { hop, from, to: from, problems: mixedVersions(live, from, hop) };
  }
  const to = pilotVersion(target, "the manifests hold no Istio control plane: no workload in them runs Pilot's image", {
    hint: 'pass the rendered control plane together with the CRD files: -f crds/ -f control-plane.yaml',
  });
  const hop = isBack ? hopBack(hops, from, to) : hopTo(hops, from, to);
  return { hop, from, to, problems: [...mixedVersions(live, from, hop), ...mixedTarget(target, to)] };
}

function pilotVersion(components: readonly Component[], absent: string, { hint }: { hint: string }): IstioVersion {
  const pilot = components.find(isPilot);
  if (!pilot) throw new UpgradeError(absent, { hint, exit: EXIT.blocked });
  if (pilot.version) return pilot.version;
  throw new UpgradeError(`cannot tell the version of ${refText(pilot.ref)} from its image ${pilot.image}`, {
    hint: 'the tag has to name a release, such as 1.1.17, or Pilot has to tell: it is asked through the API server (get services/proxy), at /version of port 15014',
    exit: EXIT.blocked,
  });
}

function hopTo(hops: readonly Hop[], from: IstioVersion, to: IstioVersion): Hop {
  const hop = hops.find((known) => compareMinors(known.to, to) === 0);
  if (compareVersions(from, to) > 0)
    throw refusal(from, to, 'going back is not an upgrade: the manifests are older than the mesh');
  if (hop && (compareMinors(hop.from, from) === 0 || compareMinors(hop.to, from) === 0)) return hop;
  throw refusal(from, to, stepsHint(hops, from, to));
}

/** The hop that led from the target to the live release; the target's own release again is a way back that was begun. */
function hopBack(hops: readonly Hop[], from: IstioVersion, to: IstioVersion): Hop {
  const hop = hops.find((known) => compareMinors(known.from, to) === 0);
  if (compareVersions(to, from) > 0)
    throw refusal(from, to, 'that is no way back: the manifests are newer than the mesh; use apply');
  if (hop && (compareMinors(hop.to, from) === 0 || compareMinors(hop.from, from) === 0)) return hop;
  throw refusal(from, to, `going back leads over one minor version; this tool knows ${knownHops(hops)}`);
}

function hopAt(hops: readonly Hop[], version: IstioVersion): Hop {
  const isAt = (side: 'from' | 'to') => (hop: Hop) => compareMinors(hop[side], version) === 0;
  const hop = hops.find(isAt('to')) ?? hops.find(isAt('from'));
  if (hop !== undefined) return hop;
  throw new UpgradeError(`the mesh runs Istio ${versionText(version)}`, {
    hint: `this tool knows ${knownHops(hops)}`,
    exit: EXIT.blocked,
  });
}

function knownHops(hops: readonly Hop[]): string {
  return hops.map((hop) => `${minorText(hop.from)} to ${minorText(hop.to)}`).join(', ');
}

function refusal(from: IstioVersion, to: IstioVersion, hint: string): UpgradeError {
  return new UpgradeError(`no path from Istio ${versionText(from)} to ${versionText(to)}`, {
    hint,
    exit: EXIT.blocked,
  });
}

function stepsHint(hops: readonly Hop[], from: IstioVersion, to: IstioVersion): string {
  const known = knownHops(hops);
  if (from.major !== to.major) return `this tool knows ${known}`;
  const minors = Array.from({ length: to.minor - from.minor + 1 }, (_, index) =>
    minorText({ ...from, minor: from.minor + index }),
  );
  return `upgrade one minor version at a time: ${minors.join(' to ')}; this tool knows ${known}`;
}

/** What is of neither end of the hop was not left by an upgrade that is under way. */
function mixedVersions(components: readonly Component[], pilot: IstioVersion, { from, to }: Hop): Problem[] {
  const others = components.filter(
    ({ version }) =>
      version !== undefined &&
      compareMinors(version, pilot) !== 0 &&
      [from, to].some((end) => compareMinors(version, end) === 0),
  );
  if (others.length === 0) return [];
  const list = others.map(({ ref, version }) => `${ref.name} ${version ? versionText(version) : ''}`).join(', ');
  return [
    {
      id: 'mixed-versions',
      severity: 'warning',
      message: `an upgrade is under way: Pilot runs ${versionText(pilot)}, but ${list}`,
      hint: 'applying the same target again finishes it',
    },
  ];
}

function mixedTarget(components: readonly Component[], pilot: IstioVersion): Problem[] {
  return components
    .filter(({ version }) => version !== undefined && compareMinors(version, pilot) !== 0)
    .map(({ ref, image }) => ({
      id: 'mixed-target',
      severity: 'blocker',
      ref,
      message: `the manifests mix versions: Pilot is ${versionText(pilot)}, but ${refText(ref)} runs ${image}`,
      hint: 'render all manifests from one release',
    }));
}
