import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { parseAllDocuments, stringify } from 'yaml';
import type { LiveRelease, RenderedRelease } from '../../src/app/ports.ts';
import { UpgradeError } from '../../src/core/errors.ts';
import { objectAt, stringAt, valueAt } from '../../src/core/json.ts';
import { type K8sObject, labelsOf } from '../../src/core/object.ts';
import { openHelm } from '../../src/programs/helm.ts';
import { chartRelease, type RenderOptions } from '../../src/release/chart-release.ts';
import { HELM_RECORD_TYPE, withRelease } from '../../src/release/helm-record.ts';
import { releaseAt } from '../../src/release/release-layout.ts';
import { HELMS, helmTests } from '../programs/helm-binaries.ts';
import { FIXTURES } from './archives.ts';

const TILLER: LiveRelease = {
  istioNamespace: 'istio-system',
  name: 'istio',
  heritage: 'Tiller',
  kubernetes: 'v1.20.2',
  hasCertManager: false,
  records: undefined,
};
const MTLS = ['--set', 'global.mtls.enabled=true,global.controlPlaneSecurityEnabled=true'];

let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chart-release-test-'));
});
after(() => rm(directory, { recursive: true, force: true }));

for (const binary of HELMS)
  helmTests('a release', binary, (path) => {
    /** Renders a release for a live one; whatever comes, no temporary directory is left. */
    async function rendered(
      root: string,
      live: Partial<LiveRelease> = {},
      { valueFlags = [], releaseName }: Partial<RenderOptions> = {},
    ): Promise<RenderedRelease> {
      const temporary = await mkdtemp(join(directory, 'tmp-'));
      const helm = await openHelm({ path, env: { PATH: process.env.PATH, HOME: temporary } });
      const options = { helm, valueFlags, releaseName, reusesValues: false, temporary, atExit: () => () => undefined };
      const layout = await releaseAt(root, root);
      try {
        return await chartRelease({ name: root, layout, close: async () => undefined }, options).render({
          ...TILLER,
          ...live,
        });
      } finally {
        assert.deepEqual(
          (await readdir(temporary)).filter((name) => name.startsWith('istio-upgrade')),
          [],
        );
      }
    }

    const fixture = (release: string) => join(FIXTURES, release);

    it('is rendered as the Helm of its time did', async () => {
      for (const release of ['istio-1.1.17', 'istio-1.2.10'])
        await assertManifests(release, await rendered(fixture(release)));
    });

    it('is rendered with the values that it is given', async () => {
      await assertManifests('istio-1.2.10-mtls', await rendered(fixture('istio-1.2.10'), {}, { valueFlags: MTLS }));
    });

    it('says what it repaired, and never changes the release itself', async () => {
      const role = join(fixture('istio-1.2.10'), 'install/kubernetes/helm/istio/charts/gateways/templates/role.yaml');
      const before = await readFile(role, 'utf8');
      const { problems, target } = await rendered(fixture('istio-1.2.10'));
      assert.deepEqual(
        problems.map(({ id, severity, message }) => ({ id, severity, message })),
        [
          {
            id: 'template-repaired',
            severity: 'note',
            message:
              "istio/charts/gateways/templates/role.yaml, line 4: {{- if ($spec.sds) and (eq $spec.sds.enabled true) }} was rendered as {{- if ($spec.sds) }}, as by the Helm it was written for; today's refuses it",
          },
          {
            id: 'heritage-kept',
            severity: 'note',
            message: "label heritage is Tiller in 9 rendered objects, as in the live ones, for their selectors' sake",
          },
        ],
      );
      assert.equal(await readFile(role, 'utf8'), before);
      // What the parentheses say decides, not what follows them: sds.enabled is false for the one, and the other has no sds.
      assert.deepEqual(namesOf(target.objects, 'Role'), ['istio-ingressgateway-sds']);
    });

    it('is named and labelled as the live one', async () => {
      const helm3 = await rendered(fixture('istio-1.2.10'), { name: 'mesh', heritage: 'Helm' });
      assert.deepEqual(labelled(helm3, 'istio-pilot'), { release: 'mesh', heritage: 'Helm' });
      assert.deepEqual(idsOf(helm3), ['template-repaired']);
      const unknown = await rendered(fixture('istio-1.2.10'), { name: undefined, heritage: undefined });
      assert.deepEqual(labelled(unknown, 'istio-pilot'), { release: 'istio', heritage: 'Helm' });
      const renamed = await rendered(fixture('istio-1.2.10'), { name: 'mesh' }, { releaseName: 'other' });
      assert.deepEqual(labelled(renamed, 'istio-pilot'), { release: 'other', heritage: 'Tiller' });
      assert.equal(
        renamed.problems[0]?.message,
        'the release is rendered as other, and the live objects say release: mesh',
      );
    });

    it('brings the resources of cert-manager to those who have it, or enable it', async () => {
      const crds = async (live: Partial<LiveRelease>, valueFlags: readonly string[] = []) => {
        const { target } = await rendered(fixture('istio-1.2.10'), live, { valueFlags });
        return namesOf(target.objects, 'CustomResourceDefinition').map((name) => name.replace(/\..*/, ''));
      };
      const istio = ['destinationrules', 'meshpolicies', 'sidecars'];
      assert.deepEqual(await crds({}), istio);
      assert.deepEqual(await crds({ hasCertManager: true }), [...istio, 'certificates', 'issuers']);
      assert.deepEqual(await crds({}, ['--set', 'certmanager.enabled=true']), [...istio, 'certificates', 'issuers']);
    });

    it("begins with the installed release's values when they are asked for, and its user's go before them", async () => {
      const values = join(directory, 'values.yaml');
      await writeFile(values, 'pilot: {enabled: false}\n');
      const config = { security: { enabled: false }, gateways: { enabled: false }, pilot: { enabled: true } };
      const records = [record('istio', 1, {}), record('istio', 2, config), record('istio-init', 7, {}), notRecord()];
      const reused = await rendered(fixture('istio-1.2.10'), { records });
      assert.deepEqual(namesOf(reused.target.objects, 'Deployment'), ['istio-pilot']);
      const valueFlags = ['--values', values, '--set', 'security.enabled=true', '--set-string', 'global.hub=1'];
      const over = await rendered(fixture('istio-1.2.10'), { records }, { valueFlags });
      const deployments = over.target.objects.filter(({ object }) => object.kind === 'Deployment');
      assert.deepEqual(
        deployments.map(({ object }) => valueAt(object, 'spec', 'template', 'spec', 'containers', 0, 'image')),
        ['1/citadel:1.2.10'],
      );
      await assert.rejects(rendered(fixture('istio-1.2.10'), { records, name: 'mesh' }), (error) => {
        assert.ok(error instanceof UpgradeError);
        assert.equal(error.message, 'Helm has no record of a release mesh in istio-system, whose values could be used');
        assert.match(error.hint ?? '', /leave --reuse-values out/);
        return true;
      });
    });

    it('fails with what Helm says, and the name of its chart', async () => {
      const broken = join(directory, `broken-${binary.version}`);
      await cp(fixture('istio-1.2.10'), broken, { recursive: true });
      await writeFile(
        join(broken, 'install/kubernetes/helm/istio/templates/bad.yaml'),
        '{{ fail "pilot is not well" }}\n',
      );
      await assert.rejects(rendered(broken), (error) => {
        assert.ok(error instanceof UpgradeError);
        assert.match(error.message, /^helm template of chart .*broken-.*\/helm\/istio failed: .*pilot is not well/);
        assert.doesNotMatch(error.message, /--debug|Error: |\n/);
        assert.match(error.hint ?? '', /with -f/);
        return true;
      });
    });

    it('hands on what Helm says of values that do not fit', async () => {
      const { problems } = await rendered(
        fixture('istio-1.2.10'),
        {},
        { valueFlags: ['--set', 'pilot.enabled=maybe'] },
      );
      const said = problems.filter(({ id }) => id === 'helm-says');
      assert.deepEqual(
        said.map(({ severity }) => severity),
        ['note'],
      );
      assert.match(said[0]?.message ?? '', /^helm: .*returned non-bool value/);
    });
  });

function record(name: string, version: number, config: object): K8sObject {
  const release = {
    name,
    namespace: 'istio-system',
    version,
    info: { status: 'deployed' },
    config: objectAt(JSON.parse(JSON.stringify(config))),
  };
  const metadata = {
    name: `sh.helm.release.v1.${name}.v${version}`,
    namespace: 'istio-system',
    labels: { owner: 'helm', name },
  };
  return withRelease({ apiVersion: 'v1', kind: 'Secret', type: HELM_RECORD_TYPE, metadata }, release);
}

function notRecord(): K8sObject {
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name: 'other', labels: { owner: 'helm' } } };
}

type Objects = RenderedRelease['target']['objects'];

function namesOf(objects: Objects, kind: string): readonly string[] {
  return objects.flatMap(({ object }) => (object.kind === kind ? [object.metadata.name] : []));
}

function idsOf({ problems }: RenderedRelease): readonly string[] {
  return problems.map(({ id }) => id);
}

/** What the object, its selector and its pods say, which has to be the same. */
function labelled({ target }: RenderedRelease, name: string): Readonly<Record<string, string | undefined>> {
  const found = target.objects.find(({ object }) => object.kind === 'Deployment' && object.metadata.name === name);
  const { release, heritage } = labelsOf(found?.object ?? {});
  assert.deepEqual(stringAt(valueAt(found?.object, 'spec', 'template', 'metadata', 'labels', 'heritage')), heritage);
  return { release, heritage };
}

/** Compares objects with those in a file of expected/; `UPDATE_GOLDEN=1` writes the file instead. */
async function assertManifests(name: string, { target }: RenderedRelease): Promise<void> {
  const file = join(import.meta.dirname, 'expected', `${name}.yaml`);
  const objects = target.objects.map(({ object }) => object);
  if (process.env.UPDATE_GOLDEN === '1')
    await writeFile(file, objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n'));
  const expected = [...parseAllDocuments(await readFile(file, 'utf8'))].map((document) => objectAt(document.toJS()));
  assert.deepEqual(objects, expected);
}
