import { join } from 'node:path';

export interface Home {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory. */
  readonly home: string;
  /** As Node.js names it: `linux`, `darwin`, `win32`. */
  readonly platform: string;
}

/**
 * Where a user's caches are: `$XDG_CACHE_HOME` wherever it is set, else as each system has it.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function cacheDirectory({ env, home, platform }: Home): string {
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  if (platform === 'win32') return env.LOCALAPPDATA || join(home, 'AppData', 'Local');
  return join(home, '.cache');
}
