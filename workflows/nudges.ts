import { defineSignal, setHandler } from '@temporalio/workflow';
import { type Nudge, nudgedSignal } from './contract.ts';

/** What a workflow has heard since it last looked. */
export interface Heard {
  /** Something may have changed; the loop clears it before it looks. */
  dirty: boolean;
  /** Signals of this run, for the bound of its history. */
  count: number;
}

/** Registers the one signal. Its handler only notes that there was one: a nudge is level-triggered and never awaits. */
export function hearNudges(dirty = false): Heard {
  const heard: Heard = { dirty, count: 0 };
  setHandler(defineSignal<[Nudge]>(nudgedSignal), () => {
    heard.dirty = true;
    heard.count += 1;
  });
  return heard;
}
