import type { Check } from '../../../../plan/check.ts';
import { includeInboundPorts } from './include-inbound-ports.ts';
import { nodeAgentOnDelete } from './node-agent-on-delete.ts';
import { pinnedInjection } from './pinned-injection.ts';
import { proxyImageAnnotation } from './proxy-image-annotation.ts';
import { proxyIngress } from './proxy-ingress.ts';
import { proxyListenPort } from './proxy-listen-port.ts';

/** What proxies, and the configuration that injects them, bring along from before. */
export const sidecarChecks: readonly Check[] = [
  proxyImageAnnotation,
  pinnedInjection,
  proxyIngress,
  nodeAgentOnDelete,
  proxyListenPort,
  includeInboundPorts,
];
