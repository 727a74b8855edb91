import { type Transitions } from './transition.ts';

export const payoutStatuses = [
  'pending',
  'processing',
  'completed',
  'failed',
  'needs_review',
  'canceled',
] as const;
export type PayoutStatus = (typeof payoutStatuses)[number];

export const payoutTransitions = {
  pending: ['processing', 'canceled'],
  processing: ['completed', 'failed', 'needs_review'],
  // An outcome that stayed unknown: a person looks it up at the provider.
  needs_review: ['completed', 'failed'],
  completed: [],
  failed: [],
  canceled: [],
} as const satisfies Transitions<PayoutStatus>;
