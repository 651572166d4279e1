import { type IstioVersion, versionOfImage } from '../core/version.ts';
import type { PodGroup } from './pod-inventory.ts';

/** Pods that run one image. */
export interface ImageCount {
  readonly image: string;
  /** undefined where the image does not tell. */
  readonly version: IstioVersion | undefined;
  readonly pods: number;
}

/** The images of all these pods together, in the order of their names. */
export function imageCounts(groups: readonly PodGroup[]): readonly ImageCount[] {
  const counts = new Map<string, number>();
  for (const { images } of groups)
    for (const [image, pods] of images) counts.set(image, (counts.get(image) ?? 0) + pods);
  return [...counts].map(([image, pods]) => imageCount(image, pods)).sort((a, b) => (a.image < b.image ? -1 : 1));
}

export function imageCount(image: string, pods: number): ImageCount {
  return { image, version: versionOfImage(image), pods };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
