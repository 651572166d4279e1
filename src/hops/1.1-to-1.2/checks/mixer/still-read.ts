import { objectsOf } from '../../../../core/snapshot.ts';
import { type MixerFlags, mixerFlagsOf } from '../../../../mesh/mixer-flags.ts';
import type { CheckContext } from '../../../../plan/check.ts';
import { isAhead } from '../is-ahead.ts';

const NONE: MixerFlags = { adapters: false, templates: false };

/**
 * Which removed kinds Mixer 1.2 reads all the same: what the target's arguments say, or those of the live Mixer where that is 1.2 already.
 * Without either it is what the charts of 1.2 say: none.
 */
export function stillRead(context: CheckContext): MixerFlags {
  const { mesh, target } = context;
  const wanted = mixerFlagsOf(target.objects.map(({ object }) => object));
  if (wanted !== undefined || isAhead(context)) return wanted ?? NONE;
  const live = ['apps', 'extensions'].flatMap((group) =>
    objectsOf(mesh.snapshot, { group, kind: 'Deployment' }, mesh.istioNamespace),
  );
  return mixerFlagsOf(live) ?? NONE;
}
