import type { Check } from '../../../../plan/check.ts';
import { mixerPolicyKinds } from './mixer-policy-kinds.ts';
import { mixerReferenceLost } from './mixer-reference-lost.ts';
import { mixerTelemetryKinds } from './mixer-telemetry-kinds.ts';

/** What of Mixer's configuration 1.2 does not read. */
export const mixerChecks: readonly Check[] = [mixerPolicyKinds, mixerTelemetryKinds, mixerReferenceLost];
