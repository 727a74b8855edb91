import type { CampaignSlice } from '../activities/contact-sync.ts';
import { addMs } from '../domain/time.ts';

/** What follows a slice, and how a person who opens the run reads it. */
export interface SliceWait {
  readonly details: string;
  /** Null when the next slice follows at once, or the workflow ends. */
  readonly wait: {
    /** Null for a nudge alone. */
    readonly until: string | null;
    readonly summary: string;
  } | null;
}

/** `now` is the workflow's own. */
export function waitAfter(slice: CampaignSlice, now: string): SliceWait {
  switch (slice.kind) {
    case 'more':
      return { details: `${slice.seen} contacts seen so far.`, wait: null };
    case 'finished':
      return { details: `The run is ${slice.state}; ${slice.seen} contacts seen.`, wait: null };
    case 'paused':
      return { details: 'Paused by an operator.', wait: { until: null, summary: '' } };
    case 'parked': {
      const until = slice.retryAfterMs === null ? null : addMs(now, slice.retryAfterMs);
      const details = `${parkedSentences[slice.reason] ?? `Waiting: ${slice.reason}`}${until ? `; tried again at **${until}**` : ''}.`;
      return { details, wait: { until, summary: `Until the next try: ${slice.reason}` } };
    }
    case 'idle': {
      const { nextAt } = slice;
      return {
        details: idleSentence(slice),
        wait: { until: nextAt, summary: 'Until the list is looked at again' },
      };
    }
  }
}

const parkedSentences: Readonly<Record<string, string>> = {
  'not-connected': 'Waiting for a person to connect HubSpot',
  'reconnect-needed': 'Waiting for a person to reconnect HubSpot',
  'missing-scope': 'HubSpot did not grant what this needs; a person must connect it again',
  'hubspot-unavailable': 'HubSpot does not answer',
  'hubspot-limit': 'The daily limit of HubSpot is used up',
  'mapping-refused': 'HubSpot refuses a mapped value; a person must correct the mapping',
  'list-gone':
    'HubSpot does not have the list any more; a person must choose another one, or restore it there',
};

function idleSentence({ nextAt, resting }: Extract<CampaignSlice, { readonly kind: 'idle' }>): string {
  if (resting === 'campaign-paused')
    return 'Ongoing sync: the campaign is paused, and contacts that change wait until it is published again.';
  const waits =
    nextAt === null
      ? 'Ongoing sync: waits for contacts to change in HubSpot.'
      : `Ongoing sync: waits for contacts to change in HubSpot, and looks at the list again at **${nextAt}**.`;
  return resting === 'run-paused' ? `${waits} The run beside it is paused by an operator.` : waits;
}
