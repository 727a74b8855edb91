import { workflowInfo } from '@temporalio/workflow';
import { historyBounds } from './contract.ts';

/** History is bounded: by the server's suggestion, by our own number of events, and by signals, which it ignores. */
export const shouldStartAnew = (signals: number): boolean =>
  workflowInfo().continueAsNewSuggested ||
  workflowInfo().historyLength >= historyBounds.events ||
  signals >= historyBounds.signals;
