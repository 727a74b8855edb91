import { texts } from '../texts.ts';

const tones: Readonly<Record<string, 'good' | 'going' | 'waiting' | 'bad'>> = {
  published: 'good',
  paused: 'waiting',
  qualified: 'going',
  rewarded: 'good',
  rejected: 'bad',
  reversed: 'bad',
  pending: 'waiting',
  held: 'waiting',
  approved: 'going',
  issuing: 'going',
  issued: 'good',
  needs_review: 'waiting',
  clawed_back: 'bad',
  running: 'going',
  waiting: 'going',
  completed: 'good',
  parked: 'waiting',
  active: 'good',
  'reconnect-needed': 'bad',
};

/** The state of a row, said by its word; the dot's colour only repeats it. */
export const Status = ({ of }: { readonly of: string }) => (
  <span className="vf-status" data-tone={tones[of] ?? 'quiet'}>
    {texts.statuses[of as keyof typeof texts.statuses] ?? of}
  </span>
);
