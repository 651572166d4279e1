import { EXIT, UpgradeError } from '../core/errors.ts';
import { valueAt } from '../core/json.ts';
import { type K8sObject, labelsOf } from '../core/object.ts';

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

/**
 * Whether an object's labels fit a label selector: `a=b,c!=d,e,!f,g in (x,y),h notin (z)`.
 * @throws UpgradeError (exit 2) when the selector cannot be read
 */
export function labelMatcher(selector: string): (object: K8sObject) => boolean {
  const requirements = selector
    .split(/,(?![^(]*\))/)
    .flatMap((text) => (text.trim() === '' ? [] : [requirement(text.trim())]));
  return (object) => requirements.every((fits) => fits(labelsOf(object)));
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

function requirement(text: string): Requirement {
  const [, key = '', operator = '', values = ''] = /^([^\s!=(),]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text) ?? [];
  if (operator !== '')
    return among(
      key,
      values.split(',').map((value) => value.trim()),
      operator === 'in',
    );
  const [, equalKey = '', sign = '', value = ''] = /^([^\s!=]+)\s*(==?|!=)\s*([^\s=!,]*)$/.exec(text) ?? [];
  if (sign !== '') return among(equalKey, [value], sign !== '!=');
  const [, not, present] = /^(!?)\s*([^\s!=(),]+)$/.exec(text) ?? [];
  if (present === undefined) throw unreadable('label', text);
  return (labels) => Object.hasOwn(labels, present) === (not === '');
}

function among(key: string, values: readonly string[], isIn: boolean): Requirement {
  return (labels) => {
    const value = labels[key];
    return (value !== undefined && values.includes(value)) === isIn;
  };
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
