/** The demo's figures, read from where the truth is: our API for decisions, the sandbox's own log for what HubSpot got. */
import { allPages } from './http.ts';
import type { Outcome } from './scenario.ts';

export interface Figures {
  readonly contactsSynced: number;
  readonly linksWritten: number;
  readonly signUps: number;
  readonly contactsCreated: number;
  readonly contactsFound: number;
  readonly dealsCreated: number;
  readonly qualified: number;
  readonly rewardsIssued: number;
  readonly rewardMinor: Readonly<Record<string, number>>;
  /** Logical creates beyond the first per key in the sandbox's log, and rewards and links beyond the first per key. */
  readonly duplicates: number;
}

interface Create {
  readonly objectType: string;
  readonly key: string;
}
interface Reward {
  readonly referralId: string;
  readonly beneficiary: string;
  readonly occurrence: number;
  readonly status: string;
  readonly amountMinor: number | null;
  readonly currency: string | null;
}

export async function readFigures({ api, portal, dealCampaign }: Outcome): Promise<Figures> {
  const referrals = await allPages<{ id: string; status: string }>(api, '/referrals');
  const rewards = await allPages<Reward>(api, '/rewards');
  const referrers = await allPages<{ campaignId: string; person: { id: string } }>(api, '/referrers');
  const { enrolled } = await api.get<{ enrolled: number }>(`/campaigns/${dealCampaign.id}/sync`);
  const { results: creates } = await portal.control.get<{ results: Create[] }>(
    `/creates?portalId=${portal.portalId}`,
  );
  const contacts = await portal.contacts();
  const events = await Promise.all(
    referrals.map(
      async ({ id }) => (await api.get<{ items: { kind: string }[] }>(`/referrals/${id}/timeline`)).items,
    ),
  );
  const issued = rewards.filter(({ status }) => status === 'issued');
  const rewardMinor: Record<string, number> = {};
  for (const { currency, amountMinor } of issued) {
    if (currency) rewardMinor[currency] = (rewardMinor[currency] ?? 0) + (amountMinor ?? 0);
  }
  const ofType = (type: string) => creates.filter(({ objectType }) => objectType.startsWith(type));
  return {
    contactsSynced: enrolled,
    linksWritten: contacts.filter(({ properties }) => properties['referral_link']).length,
    signUps: referrals.length,
    contactsCreated: ofType('contact').length,
    contactsFound: events.flat().filter(({ kind }) => kind === 'contact-found').length,
    dealsCreated: ofType('deal').length,
    qualified: events.filter((each) => each.some(({ kind }) => kind === 'qualified')).length,
    rewardsIssued: issued.length,
    rewardMinor,
    duplicates:
      beyondFirst(creates.map(({ objectType, key }) => `${objectType}/${key}`)) +
      beyondFirst(rewards.map((each) => `${each.referralId}/${each.beneficiary}/${each.occurrence}`)) +
      beyondFirst(referrers.map(({ campaignId, person }) => `${campaignId}/${person.id}`)),
  };
}

const beyondFirst = (keys: readonly string[]) => keys.length - new Set(keys).size;
