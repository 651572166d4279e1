/**
 * A host as Pilot resolves it: a name without a dot belongs to the namespace of the object that names it; anything else is taken
 * literally, so `foo.bar` stays `foo.bar` and matches no Kubernetes service (ResolveShortnameToFQDN, pilot/pkg/model/config.go:566-588@1.1.17).
 * @param domain the cluster's, such as `cluster.local`
 */
export function resolveHost(host: string, namespace: string, domain: string): string {
  return host === '*' || host.includes('.') ? host : `${host}.${namespace}.svc.${domain}`;
}

export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** Whether a host, exact or with a leading `*`, matches a hostname: what follows the `*` is the hostname's end. */
export function matchesHost(host: string, hostname: string): boolean {
  return isWildcard(host) ? hostname.endsWith(host.slice(1)) : host === hostname;
}

/**
 * Orders hosts from most to least specific: exact ones first, then longer before shorter, then by alphabet
 * (pilot/pkg/model/service.go:629-651@1.1.17).
 */
export function compareHosts(a: string, b: string): number {
  if (isWildcard(a) !== isWildcard(b)) return isWildcard(a) ? 1 : -1;
  if (a.length !== b.length) return b.length - a.length;
  return a < b ? -1 : Number(a > b);
}

/** Values by host, where a hostname gets the one of the most specific host that matches it. */
export interface HostTable<Value> {
  readonly exact: ReadonlyMap<string, Value>;
  /** Most specific first. */
  readonly wildcards: readonly (readonly [host: string, value: Value])[];
}

export function hostTable<Value>(entries: Iterable<readonly [host: string, value: Value]>): HostTable<Value> {
  const all = [...entries];
  return {
    exact: new Map(all.filter(([host]) => !isWildcard(host))),
    wildcards: all.filter(([host]) => isWildcard(host)).sort(([a], [b]) => compareHosts(a, b)),
  };
}

/** The value of the most specific host that matches; undefined when none does. */
export function lookUpHost<Value>({ exact, wildcards }: HostTable<Value>, hostname: string): Value | undefined {
  return exact.get(hostname) ?? wildcards.find(([host]) => matchesHost(host, hostname))?.[1];
}
