import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What package.json says that other files repeat. */
export interface Release {
  readonly version: string;
  readonly homepage: string;
  /** All of it. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** Throws when its repository is not written as npm's short form for GitHub. */
export function readRelease(root: string): Release {
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { version, repository } = manifest;
  const [, path] = /^github:([\w.-]+\/[\w.-]+)$/.exec(`${repository}`) ?? [];
  if (path === undefined)
    throw new Error(`package.json: repository is ${JSON.stringify(repository)}, not github:OWNER/NAME`);
  return { version: `${version}`, homepage: `https://github.com/${path}`, manifest };
}
