import { EXIT, UpgradeError } from '../core/errors.ts';
import { type JsonObject, valueAt } from '../core/json.ts';
import { matchesSelector } from '../core/label-selector.ts';
import { type K8sObject, labelsOf } from '../core/object.ts';

/**
 * Whether an object's labels fit a label selector: `a=b,c!=d,e,!f,g in (x,y),h notin (z)`.
 * @throws UpgradeError (exit 2) when the selector cannot be read
 */
export function labelMatcher(selector: string): (object: K8sObject) => boolean {
  const matchExpressions = selector
    .split(/,(?![^(]*\))/)
    .flatMap((text) => (text.trim() === '' ? [] : [requirement(text.trim())]));
  return (object) => matchesSelector({ matchExpressions }, labelsOf(object));
}

/**
 * Whether an object fits a field selector: `metadata.name=x,type!=Normal`. Any field can be named; a missing one is the empty text.
 * @throws UpgradeError (exit 2) when the selector cannot be read
 */
export function fieldMatcher(selector: string): (object: K8sObject) => boolean {
  const terms = selector
    .split(',')
    .filter((term) => term.trim() !== '')
    .map(fieldTerm);
  return (object) =>
    terms.every(({ path, isWanted, value }) => (String(valueAt(object, ...path) ?? '') === value) === isWanted);
}

/** One term of a selector's text as a LabelSelector's expression. */
function requirement(text: string): JsonObject {
  const [, key = '', set = '', values = ''] = /^([^\s!=(),]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text) ?? [];
  if (set !== '')
    return { key, operator: set === 'in' ? 'In' : 'NotIn', values: values.split(',').map((value) => value.trim()) };
  const [, equalKey = '', sign = '', value = ''] = /^([^\s!=]+)\s*(==?|!=)\s*([^\s=!,]*)$/.exec(text) ?? [];
  if (sign !== '') return { key: equalKey, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] };
  const [, not, present] = /^(!?)\s*([^\s!=(),]+)$/.exec(text) ?? [];
  if (present === undefined) throw unreadable('label', text);
  return { key: present, operator: not === '' ? 'Exists' : 'DoesNotExist' };
}

function fieldTerm(text: string): {
  readonly path: readonly string[];
  readonly isWanted: boolean;
  readonly value: string;
} {
  const [, path, sign, value = ''] = /^\s*([A-Za-z][\w.]*)\s*(==?|!=)\s*(.*?)\s*$/.exec(text) ?? [];
  if (path === undefined) throw unreadable('field', text);
  return { path: path.split('.'), isWanted: sign !== '!=', value };
}

function unreadable(what: string, text: string): UpgradeError {
  return new UpgradeError(`${text} is no ${what} selector`, { exit: EXIT.usage });
}
