import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import type { Shell } from '../shell.ts';

/** Where this tool keeps what has to outlive a run. */
export function stateDirectory(stateDir: string | undefined, { env }: Pick<Shell, 'env'>): string {
  if (stateDir !== undefined) return stateDir;
  const home = env.HOME ?? homedir();
  if (platform() === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'istio-upgrade');
  return join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'istio-upgrade');
}
