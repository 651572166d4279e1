import { bullets } from './blocks.ts';
import { code, prose } from './inline.ts';

/** Names and values, which are Markdown already, one a line. */
export function facts(list: readonly (readonly [name: string, value: string])[]): string {
  return bullets(list.map(([name, value]) => `**${name}:** ${value}`));
}

export interface Place {
  readonly istioNamespace: string;
  readonly cluster: { readonly address: string; readonly version: string };
}

/** Which mesh a report is about. */
export function placeText({ istioNamespace, cluster }: Place): string {
  return `${code(istioNamespace)} on ${code(cluster.address)} (Kubernetes ${prose(cluster.version)})`;
}

/** `Istio 1.1.17 → 1.2.10` */
export function wayText(from: string, to: string | undefined): string {
  return prose(to === undefined || to === from ? `Istio ${from}` : `Istio ${from} → ${to}`);
}
