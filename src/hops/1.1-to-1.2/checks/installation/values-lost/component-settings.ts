import { canonicalJson } from '../../../../../core/json.ts';
import type { ObjectRef } from '../../../../../core/object.ts';
import type { FieldPath } from '../../../../../fields/field-set.ts';
import { type ComponentContainer, componentContainers } from '../../../../../mesh/component-container.ts';
import { inSeconds } from '../../../../../mesh/go-duration.ts';
import type { Mesh } from '../../../../../mesh/mesh.ts';
import type { ChartValue } from './chart-value.ts';
import { IN_ENV, IN_FLAGS } from './component-values.ts';
import type { Setting } from './setting.ts';

const CONTAINERS: FieldPath = ['f:spec', 'f:template', 'f:spec', 'f:containers'];

// What serves Secrets to a gateway (charts/gateways/templates/deployment.yaml@1.1.17).
const GATEWAY_SDS = 'ingress-sds';

/** What components are told, container by container. */
export function componentSettings(live: Mesh, wanted: Mesh): readonly Setting[] {
  const targets = Map.groupBy(componentContainers(wanted), ({ workload }) => workload.name);
  return componentContainers(live).flatMap((container) => {
    const { workload, name } = container;
    const target = targets.get(workload.name)?.find((one) => one.name === name);
    if (target !== undefined) return [...flagsOf(container, target), ...variablesOf(container, target)];
    return targets.has(workload.name) && name === GATEWAY_SDS ? [gatewaySds(workload)] : [];
  });
}

function flagsOf(container: ComponentContainer, target: ComponentContainer): readonly Setting[] {
  const { workload: ref, name, image } = container;
  const path = [...CONTAINERS, keyOf(name), 'f:args'];
  return Object.entries(IN_FLAGS[image] ?? {}).map(([flag, chart]) => {
    const [live, wanted] = [container, target].map(({ flags }) => seconds(flags.get(flag)));
    const field = `container ${name}: ${flag.length === 1 ? '-' : '--'}${flag}`;
    return { ref, field, live, wanted, chart, path };
  });
}

/** All that have a value in the mesh, of components that the chart has variables for. */
function variablesOf(
  { workload: ref, name, image, env }: ComponentContainer,
  target: ComponentContainer,
): readonly Setting[] {
  const known = IN_ENV[image];
  if (known === undefined) return [];
  return [...env].map(([variable, live]) => {
    const value = variable === 'PILOT_TRACE_SAMPLING' ? 'pilot.traceSampling' : `${image}.env.${variable}`;
    const chart = { value, defaults: known[variable] ?? [], effect: 'what it was set for is lost' };
    const path = [...CONTAINERS, keyOf(name), 'f:env', keyOf(variable), 'f:value'];
    return { ref, field: `container ${name}: ${variable}`, live, wanted: target.env.get(variable), chart, path };
  });
}

function gatewaySds(ref: ObjectRef): Setting {
  const value = `gateways.${ref.name}.sds.enabled=true`;
  const effect = 'the gateway gets no certificates for servers with a credentialName';
  const chart: ChartValue = { value, defaults: [], severity: 'blocker', effect };
  const path = [...CONTAINERS, keyOf(GATEWAY_SDS), 'f:image'];
  return { ref, field: `container ${GATEWAY_SDS}`, live: 'there', wanted: undefined, chart, path };
}

function seconds(text: string | undefined): string | undefined {
  return text === undefined ? undefined : inSeconds(text);
}

function keyOf(name: string): string {
  return `k:${canonicalJson({ name })}`;
}
