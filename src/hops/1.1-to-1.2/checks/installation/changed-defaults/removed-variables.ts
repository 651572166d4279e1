import { refText } from '../../../../../core/object.ts';
import { componentContainers } from '../../../../../mesh/component-container.ts';
import type { CheckContext, Finding } from '../../../../../plan/check.ts';

const WINDOW_SIZE = 'PILOT_INITIAL_STREAM_WINDOW_SIZE';

/** Variables that Pilot 1.1 reads and 1.2 does not (pilot/pkg/features/pilot/pilot.go@1.2.10, where the last is spelled otherwise). */
export const REMOVED_VARIABLES = [
  'PILOT_ENABLE_CDS_PRECOMPUTATION',
  'DEFAULT_NAMESPACE_DEPENDENCIES',
  'PILOT_DISABLE_SPLIT_HORIZON_EDS_NETWORK_COMPARE',
  'VERBOSE_AZ_DEBUG',
  WINDOW_SIZE,
];

/** Those that the live Pilot is set. */
export function removedVariables({ mesh, from }: CheckContext): readonly Finding[] {
  if (from.minor !== 1) return [];
  return componentContainers(mesh)
    .filter(({ image }) => image === 'pilot')
    .flatMap(({ workload: ref, name, env }) => {
      const set = REMOVED_VARIABLES.filter((variable) => env.has(variable));
      if (set.length === 0) return [];
      const respelled = set.includes(WINDOW_SIZE) ? ' (the window size: under PILOT_INITIAL_Stream_WINDOW_SIZE)' : '';
      const message = `${refText(ref)}: container ${name}: Pilot 1.2 no longer reads ${set.join(', ')}`;
      return [{ ref, message, hint: `see that nothing depends on it, and take it out of pilot.env${respelled}` }];
    });
}
