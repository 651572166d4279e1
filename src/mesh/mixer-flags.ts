import { type Json, listAt, stringAt, valueAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { imageName } from './control-plane.ts';

/** Whether Mixer reads adapters and templates that have kinds of their own, or handlers and instances only. */
export interface MixerFlags {
  readonly adapters: boolean;
  readonly templates: boolean;
}

/**
 * What the arguments of Mixer say, of all its workloads together: what one of them does not read does not work.
 * @param workloads Deployments, and anything else
 * @returns undefined where none of them runs Mixer
 * @see https://github.com/istio/istio/blob/1.2.10/mixer/pkg/server/args.go#L136-L137: a flag that is absent is on
 */
export function mixerFlagsOf(workloads: Iterable<K8sObject>): MixerFlags | undefined {
  const mixers = [...workloads].flatMap(mixerArguments);
  if (mixers.length === 0) return undefined;
  return {
    adapters: mixers.every((args) => isOn(args, 'useAdapterCRDs')),
    templates: mixers.every((args) => isOn(args, 'useTemplateCRDs')),
  };
}

function mixerArguments(workload: K8sObject): readonly (readonly Json[])[] {
  return listAt(valueAt(workload, 'spec', 'template', 'spec', 'containers'))
    .filter((container) => imageName(stringAt(valueAt(container, 'image')) ?? '') === 'mixer')
    .map((container) => listAt(valueAt(container, 'args')));
}

/** The last one counts, and `--flag` alone means true. */
function isOn(args: readonly Json[], flag: string): boolean {
  const given = args.findLast((arg) => arg === `--${flag}` || stringAt(arg)?.startsWith(`--${flag}=`));
  const value = stringAt(given)?.split('=')[1];
  return value === undefined || ['1', 't', 'true'].includes(value.toLowerCase());
}
