import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { reinjectionRequest } from '../../cmd/request/reinjection-request.ts';
import { versionText } from '../../src/core/version.ts';
import { FIXTURES } from '../release/archives.ts';
import { shellIn } from './run.ts';

const VERSION = { major: 1, minor: 2, patch: 10, suffix: '' };

test('workloads are injected anew by the istioctl of the release, whichever flag names it', async () => {
  const release = join(FIXTURES, 'istio-1.2.10');
  for (const named of [{ releaseDirectory: release }, { filename: [join(release, 'install/kubernetes/helm')] }]) {
    const { openInjector } = await reinjectionRequest(named, shellIn({}), 'shop');
    const injector = await openInjector(VERSION);
    assert.ok('version' in injector, 'there is one');
    assert.equal(versionText(injector.version), '1.2.10');
    assert.ok('why' in (await openInjector({ ...VERSION, patch: 9 })), 'and it is of no other release');
  }
});
