import type { IstioVersion } from './version.ts';

const MINOR = /^v?(\d+)\.(\d+)/;

/**
 * The minor version of a Kubernetes server.
 * @param version as servers answer it: `v1.20.2`, `v1.14.10-gke.27`, `v1.21.5+k3s1`
 * @returns undefined where it names none
 */
export function kubernetesMinor(version: string): Pick<IstioVersion, 'major' | 'minor'> | undefined {
  const [, major, minor] = MINOR.exec(version) ?? [];
  return minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
