import { type Json, listAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, type ObjectRef, refOf } from '../core/object.ts';
import { find } from '../core/snapshot.ts';
import { imageName } from './control-plane.ts';
import type { Mesh } from './mesh.ts';

/** A container of a control plane's workload, with what it is told. */
export interface ComponentContainer {
  readonly workload: ObjectRef;
  /** `istio-proxy` is the proxy beside a component, and what a gateway consists of. */
  readonly name: string;
  /** `pilot`, `mixer`, `proxyv2` … */
  readonly image: string;
  /** Without their dashes: `domain` → `cluster.local`; `true` for one without a value. What is no flag is in `words`. */
  readonly flags: ReadonlyMap<string, string>;
  /** `proxy`, `router`, `discovery` … */
  readonly words: readonly string[];
  /** Variables with a value of their own; those that refer to something else are left out. */
  readonly env: ReadonlyMap<string, string>;
}

/** The containers of a control plane's components, component by component. */
export function componentContainers({
  components,
  snapshot,
}: Pick<Mesh, 'components' | 'snapshot'>): readonly ComponentContainer[] {
  return components.flatMap(({ ref }) => {
    const workload = find(snapshot, ref);
    return workload === undefined ? [] : containersOf(workload);
  });
}

export function containersOf(workload: K8sObject): readonly ComponentContainer[] {
  return listAt(valueAt(workload, 'spec', 'template', 'spec', 'containers')).map((container) => ({
    workload: refOf(workload),
    name: stringAt(valueAt(container, 'name')) ?? '',
    image: imageName(stringAt(valueAt(container, 'image')) ?? ''),
    ...argumentsIn(['command', 'args'].flatMap((key) => listAt(valueAt(container, key)).map(String))),
    env: new Map(listAt(valueAt(container, 'env')).flatMap(literal)),
  }));
}

function argumentsIn(args: readonly string[]): Pick<ComponentContainer, 'flags' | 'words'> {
  const flags = new Map<string, string>();
  const words: string[] = [];
  for (const [at, arg] of args.entries()) {
    const [, name, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name !== undefined) flags.set(name, value ?? valueAfter(args[at + 1]));
    else if (!isValue(args[at - 1])) words.push(arg);
  }
  return { flags, words };
}

/** What follows a flag is its value, unless it is a flag itself. */
function valueAfter(next: string | undefined): string {
  return next === undefined || next.startsWith('-') ? 'true' : next;
}

function isValue(before: string | undefined): boolean {
  return before?.startsWith('-') === true && !before.includes('=');
}

function literal(variable: Json): readonly (readonly [string, string])[] {
  const name = stringAt(valueAt(variable, 'name'));
  if (name === undefined || valueAt(variable, 'valueFrom') !== undefined) return [];
  return [[name, stringAt(valueAt(variable, 'value')) ?? '']];
}
