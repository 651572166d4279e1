import { isArray, isObject, type Json } from '../../../../core/json.ts';
import { type K8sObject, refOf, refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import { instanceReferences, type MixerConfig, mixerConfigOf } from '../../../../mesh/mixer-config.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { isAhead } from '../is-ahead.ts';
import { isReleases, replacedInstances } from './release-objects.ts';
import { MIXER_READS, REMOVED_KINDS } from './removed-kinds.ts';
import { stillRead } from './still-read.ts';

/** Rules and handlers of one's own that refer to what the release itself had in removed kinds. */
export const mixerReferenceLost: Check = {
  id: 'mixer-reference-lost',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/reference/config/installation-options-changes/',
  explain: `The charts of Istio 1.1 bring metrics, log entries and attributes in kinds of their own (metric/requestcount, logentry/accesslog, kubernetes/attributes …), those of 1.2 bring them as kind instance under the same names. The release's own rules and handlers follow. A rule of one's own that names requestcount.metric.istio-system, or a handler whose params do, does not: Mixer of 1.2 does not read the old object, says "Instance not found" in its log, and reports nothing for it.
The new name (requestcount.instance.istio-system) exists only when the control plane is at 1.2: change the reference right after that phase, or make an instance of your own with the same contents before it and refer to that, which leaves no gap. With --set mixer.templates.useTemplateCRDs=true the old objects go on working for one release, unless --prune deletes them.`,
  reads: MIXER_READS,
  find(context) {
    const { snapshot, istioNamespace } = context.mesh;
    const config = mixerConfigOf(snapshot);
    const replaced = replacedByRelease(config, istioNamespace);
    const own = [...config.values()].filter((object) => !isReleases(object, istioNamespace));
    return own.flatMap((object) => {
      const lost = referencesOf(object).filter(({ name }) => replaced.has(name));
      return lost.length === 0 ? [] : [findingOf(object, lost, { context, replaced })];
    });
  },
};

interface Reference {
  readonly path: string;
  readonly name: string;
}

/** Without those of which somebody made an object of his own. */
function replacedByRelease(config: MixerConfig, istioNamespace: string): ReadonlyMap<string, string> {
  const known = [...replacedInstances(istioNamespace)].filter(([name, successor]) => {
    const old = config.get(name);
    return old === undefined ? config.has(successor) : isReleases(old, istioNamespace);
  });
  return new Map(known);
}

function referencesOf(object: K8sObject): readonly Reference[] {
  if (object.kind === 'rule')
    return instanceReferences(object).flatMap(({ path, names }) => names.map((name) => ({ path, name })));
  const isHandler = object.kind === 'handler' || REMOVED_KINDS.get(object.kind)?.role === 'adapter';
  return isHandler ? textsIn(object.spec, 'spec') : [];
}

/** Every text and every key in a handler's configuration: adapters name instances in either. */
function textsIn(value: Json | undefined, path: string): readonly Reference[] {
  if (typeof value === 'string') return [{ path, name: value }];
  if (isArray(value)) return value.flatMap((item, index) => textsIn(item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [{ path, name: key }, ...textsIn(item, `${path}.${key}`)]);
}

interface Around {
  readonly context: CheckContext;
  readonly replaced: ReadonlyMap<string, string>;
}

function findingOf(object: K8sObject, lost: readonly Reference[], { context, replaced }: Around): Finding {
  const ref = refOf(object);
  const successors = [...new Set(lost.map(({ name }) => replaced.get(name) ?? name))];
  const when = isAhead(context) ? 'as soon as the control plane is at 1.2, ' : '';
  const isKept = stillRead(context).templates && !context.prune;
  const what = isKept
    ? "it is the release's own and of a kind that Mixer 1.3 does not read"
    : "it is the release's own and of a kind that Mixer 1.2 does not read";
  return {
    ref,
    message: `${refText(ref)}: ${shortList(lost.map(({ path, name }) => `${path}: "${name}"`))}: ${what}`,
    hint: `${when}refer to ${shortList(successors)}, or at once to an instance of your own that says the same`,
    severity: isKept ? 'note' : 'warning',
  };
}
