import type { JsonObject } from './json.ts';
import type { K8sObject, ObjectRef } from './object.ts';
import type { Phase, Stage } from './phase.ts';

/** Why an object should change: the rule's id, one sentence, and where to read more. */
export interface Reason {
  readonly rule: string;
  readonly why: string;
  readonly docs: string;
}

/**
 * How an object should be, as a rule sees it; whether that is a change is the engine's to find out.
 *
 * - `installed`: the whole object comes from the release. What its installer owned and the new one lacks goes.
 * - `fields`: somebody else's object, or one that does not exist yet. Only what `object` holds and what `remove` names (in FieldsV1
 *   notation) is ours to touch. `via` is what is set first, in stage `prepare`, where going straight to the end would break connections.
 * - `absent`: the object should not exist.
 */
export type Wish = {
  readonly because: Reason;
  readonly phase: Phase;
  readonly stage: Stage;
  /** What a reader should know about the change, one sentence each. */
  readonly notes?: readonly string[];
  /** Keys of groups of wishes that are carried out together or not at all. */
  readonly together?: readonly string[];
  /** Objects that have to be there with these contents when the change is carried out; else the run stops before it. */
  readonly requires?: readonly K8sObject[];
} & (
  | { readonly want: 'installed'; readonly object: K8sObject; readonly source: string }
  | {
      readonly want: 'fields';
      readonly object: K8sObject;
      readonly remove?: JsonObject;
      readonly via?: K8sObject;
      /** The fields mean something to this tool alone: kubectl's record of what the object's owner applied does not get them. */
      readonly isOurOwn?: boolean;
    }
  | { readonly want: 'absent'; readonly ref: ObjectRef; readonly apiVersion: string }
);
