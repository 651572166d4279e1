import type { Check } from '../../../plan/check.ts';
import { injectorWindow } from './injector-window.ts';
import { installedByHelm2 } from './installed-by-helm2.ts';
import { installedByHelm3 } from './installed-by-helm3.ts';
import { otherReleaseName } from './other-release-name.ts';
import { webhookWithoutEndpoints } from './webhook-without-endpoints.ts';

/** What is looked for before an upgrade between any two versions. */
export const CHECKS_OF_EVERY_HOP: readonly Check[] = [
  installedByHelm2,
  installedByHelm3,
  otherReleaseName,
  webhookWithoutEndpoints,
  injectorWindow,
];
