/** A release of Istio. `suffix` is what follows the numbers in a vendor's tag, such as `-gke.0`; it does not order. */
export interface IstioVersion {
  readonly major: number;
  readonly minor: number;
  /** undefined where a tag tells the minor only (`release-1.1-latest-daily`). */
  readonly patch: number | undefined;
  readonly suffix: string;
}

const RELEASE = /^v?(\d+)\.(\d+)\.(\d+)(?:(-[0-9A-Za-z.-]+))?$/;
const BRANCH = /^release-(\d+)\.(\d+)(-.*)?$/;

/**
 * The version that an image's tag says.
 * @param image `docker.io/istio/pilot:1.1.17`, with or without registry port, vendor suffix or `-distroless`
 * @returns undefined when the image has a digest, no tag, or a tag that names no release (`master-latest-daily`)
 */
export function versionOfImage(image: string): IstioVersion | undefined {
  if (image.includes('@')) return undefined;
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined ? undefined : parseVersion(tag);
}

/** Reads `1.2.0`, `1.1.7-gke.0`, `1.4.0-distroless`, `release-1.1-latest-daily`; undefined for anything else. */
export function parseVersion(text: string): IstioVersion | undefined {
  const release = RELEASE.exec(text.replace(/-distroless$/, ''));
  if (release) {
    const [, major, minor, patch, suffix = ''] = release;
    return { major: Number(major), minor: Number(minor), patch: Number(patch), suffix };
  }
  const branch = BRANCH.exec(text);
  if (!branch) return undefined;
  const [, major, minor, suffix = ''] = branch;
  return { major: Number(major), minor: Number(minor), patch: undefined, suffix };
}

export function versionText({ major, minor, patch, suffix }: IstioVersion): string {
  return patch === undefined ? `release-${major}.${minor}${suffix}` : `${major}.${minor}.${patch}${suffix}`;
}

export function minorText({ major, minor }: Pick<IstioVersion, 'major' | 'minor'>): string {
  return `${major}.${minor}`;
}

/** Negative, zero or positive, by major, minor and patch; an unknown patch equals any. */
export function compareVersions(a: IstioVersion, b: IstioVersion): number {
  return compareMinors(a, b) || (a.patch ?? b.patch ?? 0) - (b.patch ?? a.patch ?? 0);
}

export function compareMinors(
  a: Pick<IstioVersion, 'major' | 'minor'>,
  b: Pick<IstioVersion, 'major' | 'minor'>,
): number {
  return a.major - b.major || a.minor - b.minor;
}

/** Whether both are known to be the same release; a vendor suffix does not count, an unknown patch is only its own equal. */
export function sameRelease(a: IstioVersion, b: IstioVersion): boolean {
  if (a.patch === undefined || b.patch === undefined) return versionText(a) === versionText(b);
  return compareVersions(a, b) === 0;
}
