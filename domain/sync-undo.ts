import type { SyncKind } from './sync.ts';

/** What an undo did to one contact; whatever it left, it says why. */
export const undoOutcomes = ['undone', 'left-edited', 'left-gone', 'left-refused'] as const;
export type UndoOutcome = (typeof undoOutcomes)[number];

const sentences: Readonly<Record<UndoOutcome, string>> = {
  undone: 'HubSpot holds again what it held before the run.',
  'left-edited': 'Somebody changed the value in HubSpot since; it was left as it is.',
  'left-gone': 'The contact was deleted in HubSpot, or merged into another one.',
  'left-refused': 'HubSpot refused to take the old value back; undo again once that is mended.',
};

export const describeUndo = (outcome: UndoOutcome): string => sentences[outcome];

/** Runs that enrol contacts and write to their records: they have exceptions to retry, and changes to undo. */
export const writesToHubSpot = (kind: SyncKind): kind is 'sync' | 'retry' | 'ongoing' =>
  kind !== 'preview' && kind !== 'undo';
