import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versionText } from '../../src/core/version.ts';
import { versionInBuildInfo } from '../../src/mesh/build-info.ts';

const ANSWERS: readonly (readonly [answer: string, version: string | undefined])[] = [
  ['root@8f3a2c-docker.io/istio-1.1.17-6929bb3b9a1c-Clean', '1.1.17'],
  ['root@build-3.2.1-host-gcr.io/my-team-1/istio-1.1.7-gke.0-0123456789abcdef-Clean\n', '1.1.7-gke.0'],
  ['root@ip-10.0.0.1-docker.io/istio-1.2.10-abcdef1-Modified', '1.2.10'],
  ['root@x-docker.io/istio-1.1.9-unknown-unknown', '1.1.9'],
  ['root@x-gcr.io/istio-release-release-1.1-20190610-09-16-abcdef1234-Clean', 'release-1.1-20190610-09-16'],
  ['root@x-gcr.io/istio-testing-0123456789abcdef-0123456789abcdef-Clean', undefined],
  ['<html>not found</html>', undefined],
  ['', undefined],
];

for (const [answer, version] of ANSWERS)
  test(`"${answer.trim()}" is of ${version ?? 'no release'}`, () => {
    const found = versionInBuildInfo(answer);
    assert.equal(found && versionText(found), version);
  });
