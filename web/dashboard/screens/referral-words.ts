import type { Referral } from '../../../client/vouchflow.ts';
import { texts } from '../texts.ts';

const t = texts.referrals;

/** One phrase about what a referral waits for; a settled one waits for nothing. */
export function waitsFor({ settledAt, parkedReason, alreadyQualified, status, enteredAt }: Referral): string {
  if (settledAt !== null) return t.settled;
  if (parkedReason !== null)
    return t.parked[parkedReason as keyof typeof t.parked] ?? t.parkedOther(parkedReason);
  if (alreadyQualified === 'pending') return t.decision;
  if (enteredAt === null) return t.entering;
  return t.waiting[status as keyof typeof t.waiting] ?? '';
}
