import { annotationsOf, type K8sObject, type ObjectRef, refOf, refText } from '../../../../core/object.ts';
import { find, objectsOf } from '../../../../core/snapshot.ts';
import type { Wish } from '../../../../core/wish.ts';
import { type GitopsOwner, gitopsOwnerOf } from '../../../../mesh/gitops-owner.ts';
import type { Mesh } from '../../../../mesh/mesh.ts';
import { meshConfigOf } from '../../../../mesh/mesh-config.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import type { Rule } from '../../../../plan/rule.ts';
import { CONFIG_KINDS } from '../../config-kinds.ts';
import { podsOfMigrated } from '../../migrated-pods.ts';
import { authAnnotations } from '../../rules/auth-annotations.ts';
import { excludedServices } from '../../rules/excluded-services.ts';
import { rbacConfig } from '../../rules/rbac-config.ts';

/** Objects that the upgrade changes and that Argo CD or Flux keeps in step with a source. */
export const managedByGitops: Check = {
  id: 'managed-by-gitops',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/',
  explain: `Argo CD and Flux compare objects with a source, usually a git repository, and set them back to it. What the upgrade changes in the cluster they undo at the next sync: a control plane that was just upgraded goes back to 1.1, in the middle of the run or hours later, component by component; migrated DestinationRules and Policies lose their new fields.
Their marks show who keeps an object: the annotation argocd.argoproj.io/tracking-id, the labels kustomize.toolkit.fluxcd.io/name and helm.toolkit.fluxcd.io/name, the field managers in metadata.managedFields. Either let the tool carry the upgrade out: kubectl istio-upgrade plan --write-manifests DIR writes the objects as they shall be, in order, for a commit. Or suspend its sync, apply, bring the same into the source, and switch the sync on again when its diff is empty.`,
  reads: CONFIG_KINDS,
  readsBesides: { ...podsOfMigrated, select: ({ mesh }) => podsOfMigrated.select(mesh) },
  find(context) {
    const owned = changing(context).flatMap((object) => {
      const owner = gitopsOwnerOf(object);
      return owner === undefined ? [] : [{ object, owner }];
    });
    const byOwner = Map.groupBy(owned, ({ owner }) => JSON.stringify(owner));
    return [...byOwner].flatMap(([, some]) => {
      const [first] = some;
      return first === undefined
        ? []
        : [
            findingOf(
              first.owner,
              some.map(({ object }) => object),
            ),
          ];
    });
  },
};

/** What the upgrade will change, as far as that is known beforehand: the control plane's objects, and what migrations want changed. */
function changing(context: CheckContext): readonly K8sObject[] {
  const { mesh, target, postInstall } = context;
  const wishes = migrationsOf(mesh).flatMap((rule) => rule.apply(context).wishes ?? []);
  const refs = [
    ...mesh.components.map(({ ref }) => ref),
    ...[...target.objects, ...postInstall].map(({ object }) => refOf(object)),
    ...wishes.map(refOfWish),
  ];
  const distinct = new Map(refs.map((ref) => [refText(ref), ref]));
  return [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, ref]) => find(mesh.snapshot, ref) ?? []);
}

/** Those that have something to do: planning a migration of mutual TLS takes a model of the whole mesh. */
function migrationsOf({ snapshot, istioNamespace }: Mesh): readonly Rule[] {
  const isAnnotated = objectsOf(snapshot, { group: '', kind: 'Service' }).some((service) =>
    Object.keys(annotationsOf(service)).some((key) => key.startsWith('auth.istio.io/')),
  );
  const isAsked = isAnnotated || meshConfigOf(snapshot, istioNamespace).mtlsExcludedServices.length > 0;
  return isAsked ? [authAnnotations, excludedServices, rbacConfig] : [rbacConfig];
}

function refOfWish(wish: Wish): ObjectRef {
  return wish.want === 'absent' ? wish.ref : refOf(wish.object);
}

function findingOf(owner: GitopsOwner, objects: readonly K8sObject[]): Finding {
  const [first] = objects;
  const ref = first && refOf(first);
  const others = objects.length - 1;
  const more = others === 0 ? '' : ` and ${others} more that change`;
  return {
    ref,
    message: `${ref && refText(ref)}${more}: ${ownerText(owner)} keeps ${others === 0 ? 'it' : 'them'} in step with a source, and undoes what is applied here`,
    hint: `${suspension(owner)} and change the source too, or commit what kubectl istio-upgrade plan --write-manifests DIR writes`,
  };
}

function ownerText({ tool, kind, namespace, name }: GitopsOwner): string {
  if (name === '') return tool;
  return `${tool} (${kind} ${namespace === '' ? name : `${namespace}/${name}`})`;
}

/** How each tool is told to leave things alone for a while. */
function suspension({ tool, kind, namespace, name }: GitopsOwner): string {
  const named = name === '' ? 'NAME' : name;
  const where = namespace === '' ? '' : ` -n ${namespace}`;
  if (tool === 'Argo CD') return `switch its automated sync off (argocd app set ${named} --sync-policy none)`;
  if (tool === 'Flux') return `suspend it (flux suspend ${kind.toLowerCase()} ${named}${where})`;
  return kind === 'HelmRelease'
    ? `scale its Helm operator to 0 replicas`
    : 'annotate what it keeps with fluxcd.io/ignore=true';
}
