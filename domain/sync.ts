import { hasEdge, type Transitions } from './transition.ts';

/** The order that people give to a run; the run reads it in each step and ends itself. */
export const syncWanted = ['running', 'paused', 'stopped'] as const;

/** `ongoing` lives beside the others until it is turned off; of the others one at a time is open per campaign. */
export const syncKinds = ['sync', 'retry', 'preview', 'undo', 'ongoing'] as const;
export type SyncKind = (typeof syncKinds)[number];

export const syncStates = ['waiting', 'running', 'paused', 'parked', 'stopped', 'completed'] as const;

/** Where a run is: `waiting` for its first slice, `parked` by HubSpot or the connection, the rest as ordered. */
export type SyncState = (typeof syncStates)[number];

export const syncTransitions = {
  waiting: ['running', 'paused', 'parked', 'stopped', 'completed'],
  running: ['paused', 'parked', 'stopped', 'completed'],
  paused: ['running', 'parked', 'stopped'],
  parked: ['running', 'paused', 'stopped', 'completed'],
  stopped: [],
  completed: [],
} as const satisfies Transitions<SyncState>;

export const canChangeSync = (from: SyncState, to: SyncState): boolean =>
  hasEdge<SyncState>(syncTransitions, { from, to });

/** Whether nothing more comes of this run; a new one may start. */
export const isSyncOver = (state: SyncState): boolean => syncTransitions[state].length === 0;

/** Why a contact got no link. Each one is listed in the run's exceptions: no contact is dropped without a word. */
export const skipReasons = [
  'no-email',
  'invalid-email',
  'duplicate-email',
  'refused-by-hubspot',
  'record-gone',
  'being-erased',
  'value-too-long',
  'property-gone',
  'edited-in-hubspot',
] as const;
export type SkipReason = (typeof skipReasons)[number];

const skipSentences: Readonly<Record<SkipReason, string>> = {
  'no-email': 'The contact has no e-mail address.',
  'invalid-email': 'The e-mail address cannot be right; correct it in HubSpot and run the sync again.',
  'duplicate-email':
    'Another contact of this sync has the same e-mail address and got the link; merge the two in HubSpot.',
  'refused-by-hubspot': 'HubSpot refused the link; the detail names the property.',
  'record-gone': 'The contact was deleted in HubSpot while the sync ran.',
  'being-erased': 'This person asked to be forgotten.',
  'value-too-long': 'A value of the contact is too long for us; shorten the property named in HubSpot.',
  'property-gone': 'The property named is not in HubSpot any more; choose another one, then retry.',
  'edited-in-hubspot': 'Somebody changed our value in HubSpot; it is restored only if the campaign says so.',
};

export const describeSkip = (reason: SkipReason): string => skipSentences[reason];
