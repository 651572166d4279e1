import type { Check } from '../../../plan/check.ts';
import { CHECKS_OF_EVERY_HOP } from '../../every/checks/index.ts';
import { availabilityChecks } from './availability/index.ts';
import { configurationChecks } from './configuration/index.ts';
import { installationChecks } from './installation/index.ts';
import { mixerChecks } from './mixer/index.ts';
import { releaseChecks } from './release/index.ts';
import { sidecarChecks } from './sidecars/index.ts';

/** Everything that is looked for before this upgrade, in the order in which it is told. */
export const checks: readonly Check[] = [
  ...releaseChecks,
  ...CHECKS_OF_EVERY_HOP,
  ...installationChecks,
  ...availabilityChecks,
  ...configurationChecks,
  ...mixerChecks,
  ...sidecarChecks,
];
