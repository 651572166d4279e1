import { type IstioVersion, parseVersion } from '../core/version.ts';

// Greedy in front: hosts and hubs may hold hyphens and numbers, and what counts is the last that reads like a release.
const BUILD_INFO =
  /^.*-((?:\d+\.\d+\.\d+|release-\d+\.\d+)(?:-[0-9A-Za-z.-]+?)?)-(?:[0-9a-f]{7,40}|unknown)(?:-dirty)?-\w+$/;

/**
 * The release in what a component's `/version` answers: `user@host-hub-version-revision-status`.
 * @returns undefined for builds that are of no release
 * @see https://github.com/istio/istio/blob/1.1.17/pkg/version/version.go#L109-L117
 */
export function versionInBuildInfo(text: string): IstioVersion | undefined {
  const [, version] = BUILD_INFO.exec(text.trim()) ?? [];
  return version === undefined ? undefined : parseVersion(version);
}
