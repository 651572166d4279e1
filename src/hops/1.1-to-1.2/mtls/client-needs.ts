import { isProxied } from '../../../mesh/mtls.ts';
import type { MergedRule } from '../../../mesh/rule-pools.ts';
import type { Service, ServicePort } from '../../../mesh/services.ts';
import { subsetsOf } from '../../../mesh/traffic.ts';
import { settingsOf } from '../../../mesh/traffic-policy.ts';
import { clientTlsFor, type Demand } from './demands.ts';

/** What clients are to do on one port. */
export interface PortNeed {
  readonly port: ServicePort;
  readonly tls: 'PLAINTEXT' | 'ISTIO_MUTUAL';
}

/** What is asked of the clients of one service. */
export interface ClientNeeds {
  readonly service: Service;
  readonly demands: readonly [Demand, ...Demand[]];
  /** One entry a port, in the order of the ports. */
  readonly ports: readonly PortNeed[];
  /** Set where all ports are asked for the same. */
  readonly alike: PortNeed['tls'] | undefined;
  /** Whether the service is asked for as a whole, and not port by port. */
  readonly isExcluded: boolean;
}

/** The demands on the clients of each service, in the order of the services. */
export function clientNeedsOf(demands: readonly Demand[]): readonly ClientNeeds[] {
  const groups = Map.groupBy(demands, ({ service }) => service.hostname);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [needsOf([first, ...others])],
  );
}

/** Whether clients that follow a rule do on a port what they are asked for, for every subset. */
export function isMet(rule: MergedRule | undefined, service: Service, { port, tls }: PortNeed): boolean {
  return subsetsOf(rule).every((subset) => settingsOf(rule, service, { port, subset }).tls === tls);
}

function needsOf(demands: readonly [Demand, ...Demand[]]): ClientNeeds {
  const [{ service }] = demands;
  const proxied = service.ports.filter(isProxied);
  const ports = proxied.flatMap((port) => {
    const demand = demands.find((one) => one.port.number === port.number);
    return demand === undefined ? [] : [{ port, tls: clientTlsFor(demand) }];
  });
  const [first] = ports;
  const isAlike = ports.length === proxied.length && ports.every(({ tls }) => tls === first?.tls);
  return {
    service,
    demands,
    ports,
    alike: isAlike ? first?.tls : undefined,
    isExcluded: demands.some(({ source }) => source === 'excluded'),
  };
}
