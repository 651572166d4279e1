import type http from 'node:http';
import type { Shell } from '../shell.ts';

/** Connections through the proxies that the environment names, as an API server is reached. */
export function agentPool(env: Shell['env']) {
  const agents: http.Agent[] = [];
  return {
    agentFor: async (url: URL): Promise<http.Agent> => {
      const [{ createAgent }, { proxyFor }] = await Promise.all([
        import('../../src/cluster/agent.ts'),
        import('../../src/cluster/proxy.ts'),
      ]);
      const reached = { server: url.origin, proxy: proxyFor(url, env), tls: { rejectUnauthorized: true } };
      const agent = await createAgent(reached, {}, 1);
      agents.push(agent);
      return agent;
    },
    close: () => {
      for (const agent of agents) agent.destroy();
    },
  };
}
