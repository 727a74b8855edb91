import { defineSignal, setHandler } from '@temporalio/workflow';
import { type Nudge, nudgedSignal } from './contract.ts';

/** What a workflow has heard since it last looked. */
export interface Heard {
  /** Something may have changed; the loop clears it before it looks. */
  dirty: boolean;
  /** More than a notice of HubSpot was heard: a person, or a connection that was made, wants a look at everything. */
  asked: boolean;
  /** Signals of this run, for the bound of its history. */
  count: number;
}

/** Registers the one signal. Its handler only notes that there was one: a nudge is level-triggered and never awaits. */
export function hearNudges(dirty = false): Heard {
  const heard: Heard = { dirty, asked: dirty, count: 0 };
  // An engineer may send one by hand, without a payload.
  setHandler(defineSignal<[Nudge?]>(nudgedSignal), (nudge) => {
    heard.dirty = true;
    heard.asked ||= nudge?.kind !== 'crm';
    heard.count += 1;
  });
  return heard;
}
