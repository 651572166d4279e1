import type { ProblemKind } from '../problem-kind.ts';

const OWNERS = 'https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management';
const DEFINITIONS =
  'https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#delete-a-customresourcedefinition';

/** What of a run is not taken back, and why. */
export const ROLLBACK_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'changed-since',
    severity: 'warning',
    docs: OWNERS,
    explain: `Somebody changed a field after the run that is taken back, and the run had changed it, too; or took part in an object that the run created. What they decided stays: the rest of the object goes back around it, and where nothing else is left to do the object stays whole.
"kubectl get -o yaml --show-managed-fields" tells who and when. Take the field back with --take OBJECT:PATH as the finding names it, or every one with --force-conflicts.`,
  },
  {
    id: 'definition-stays',
    severity: 'note',
    docs: DEFINITIONS,
    explain: `A CustomResourceDefinition is not taken back: it defines objects, which would be deleted with it, or objects are stored in a version that it would lose, and could not be read any more. The older release does not look at what it does not know.
To have it gone, delete the objects first ("kubectl get KIND -A") and take the run back by its name once more.`,
  },
];
