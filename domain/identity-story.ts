import type { MergeReason } from './merge.ts';

const reasons: Readonly<Record<MergeReason, string>> = {
  'merged-duplicate':
    'the friend had been referred before, under another contact that HubSpot merged with this one',
  'self-referral-by-merge': 'referrer and friend turned out to be one contact when HubSpot merged them',
};

/** What followed from a merge, a new address, a deletion or a return, by the kind of the line in a referral's story. */
const lines: Readonly<Record<string, (because: string) => string>> = {
  'people-merged': () => 'HubSpot merged contacts: people whom we knew apart are one person now.',
  'contact-gone': () => 'HubSpot has the contact no more; nothing qualifies until it is back.',
  'contact-restored': () => 'HubSpot has the contact again.',
  'address-changed': () => 'The contact has another e-mail address; the person has it now too.',
  'address-held-by-another': () =>
    'The contact has an e-mail address that belongs to another person here; ours stays until somebody settles it.',
  rejected: (because) => `Rejected, since ${because}.`,
  reversed: (because) => `Reversed, since ${because}.`,
  'kept-after-merge': (because) =>
    `It would end, since ${because}; but its reward is paid and cannot be taken back, so it stays.`,
};

/** One sentence for people; null for a line that is not about who somebody is. */
export function identitySentence(kind: string, facts: Readonly<Record<string, unknown>>): string | null {
  const line = Object.hasOwn(lines, kind) ? lines[kind] : undefined;
  const { reason } = facts;
  const because = typeof reason === 'string' && isMergeReason(reason) ? reasons[reason] : null;
  if (line === undefined || (line.length > 0 && because === null)) return null;
  return line(because ?? '');
}

const isMergeReason = (reason: string): reason is MergeReason => Object.hasOwn(reasons, reason);
