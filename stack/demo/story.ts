/** One referral's timeline and last verdict, as an operator reads them. */
import pc from 'picocolors';
import { allPages } from './http.ts';
import type { Outcome } from './scenario.ts';

interface Line {
  readonly at: string;
  readonly kind: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export async function printStory(
  { api, dealCampaign }: Outcome,
  say: (line?: string) => void,
): Promise<void> {
  const rewarded = await allPages<{ id: string; temporalUrl: string | null; person: { email: string } }>(
    api,
    `/referrals?campaignId=${dealCampaign.id}&status=rewarded`,
  );
  const [referral] = rewarded;
  if (!referral) return;
  const { items } = await api.get<{ items: Line[] }>(`/referrals/${referral.id}/timeline`);
  const verdicts = await api.get<{ items: { sentence: string }[] }>(`/referrals/${referral.id}/verdicts`);
  say();
  say(`${pc.bold('One referral')} ${referral.id} ${pc.dim(referral.temporalUrl ?? '')}`);
  for (const { at, kind, facts } of items) {
    const known = Object.entries(facts)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', ');
    say(`  ${at.slice(11, 23)}  ${kind.replaceAll('-', ' ').padEnd(16)} ${pc.dim(known)}`);
  }
  say(`  Why: ${verdicts.items[0]?.sentence ?? 'no verdict yet'}`);
}
