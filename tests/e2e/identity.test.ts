import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPropertyCampaign } from '../support/campaigns.ts';
import { anEmail, type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.stop());

const contacts = () => `/portals/${product.portal.portalId}/contacts`;

const merge = async (primaryId: string, otherId: string): Promise<string> => {
  const { id } = await product.portal.control.post<{ id: string }>(`${contacts()}/merge`, {
    primaryId,
    otherId,
  });
  return id;
};

const dynamic = (property: string, field: string) => ({
  objectType: 'contact',
  property,
  source: { kind: 'dynamic', field },
});

/** 25.00 for a friend who becomes Connected; referrers are contacts too, and may hold link and count. */
async function aCampaign({ reflects = false } = {}): Promise<string> {
  const id = await aPropertyCampaign(product.api, {
    watched: { property: 'hs_lead_status', qualifyingValues: ['CONNECTED'] },
  });
  await product.api.put(`/campaigns/${id}/hubspot`, {
    personReferring: {
      action: 'create-contact',
      mappings: [
        dynamic('firstname', 'first_name'),
        dynamic('lastname', 'last_name'),
        dynamic('email', 'email'),
      ],
    },
    // A property belongs to one campaign.
    ...(reflects && {
      sync: {
        scope: { kind: 'all' },
        mappingsOut: [
          dynamic('referral_link', 'referral_link'),
          dynamic('friends_referred', 'number_referred'),
        ],
      },
    }),
  });
  return id;
}

interface Referrer {
  readonly id: string;
  readonly link: string;
  readonly email: string;
  readonly contactId: string;
  readonly inHubSpot: string;
  readonly mergedInto: string | null;
}

async function aReferrer(campaignId: string): Promise<Referrer> {
  const email = anEmail('referrer');
  const made = await product.api.post<Referrer>(`/campaigns/${campaignId}/referrers`, {
    firstName: 'Rhea',
    email,
  });
  const { id: contactId } = await product.contactOf(email);
  await eventually('the referrer is known to be that contact', async () => {
    const { inHubSpot } = await product.api.get<Referrer>(`/referrers/${made.id}`);
    return inHubSpot === 'present';
  });
  return { ...made, email, contactId };
}

interface Referral {
  readonly id: string;
  readonly status: string;
  readonly referrerId: string;
  readonly rejectedReason: string | null;
  readonly inHubSpot: string;
  readonly person: { readonly email: string };
}

/** In HubSpot, signed up through this link. */
async function aFriend(link: string): Promise<{ id: string; email: string; contactId: string }> {
  const email = await product.signUp(link);
  const { id } = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
  return { id, email, contactId: (await product.contactOf(email)).id };
}

const referral = (id: string, when: (referral: Referral) => boolean): Promise<Referral> =>
  eventually('the referral is as wanted', async () => {
    const now = await product.api.get<Referral>(`/referrals/${id}`);
    return when(now) && now;
  });

const rewards = async (referralId: string) =>
  (
    await product.api.get<{ items: { referralId: string; status: string }[] }>('/rewards?limit=100')
  ).items.filter((each) => each.referralId === referralId);

const connect = (contactId: string) => product.portal.editContact(contactId, { hs_lead_status: 'CONNECTED' });

/** An operator's "look now". */
async function lookNow(): Promise<void> {
  for await (const { workflowId } of product.temporal.workflow.list({
    query: 'WorkflowType = "connectionLifecycle"',
  })) {
    await product.temporal.workflow.getHandle(workflowId).signal('nudged', { kind: 'order' });
  }
}

describe('E12: contacts that are merged in HubSpot', () => {
  test('a friend and a stranger: the referral goes on under the new id, and is rewarded once', async () => {
    const referrer = await aReferrer(await aCampaign());
    const friend = await aFriend(referrer.link);
    const [stranger = ''] = (
      await product.portal.control.post<{ ids: string[] }>(contacts(), {
        contacts: [{ properties: { email: anEmail('stranger') } }],
      })
    ).ids;
    const id = await merge(stranger, friend.contactId);
    await connect(id);
    await referral(friend.id, ({ status }) => status === 'rewarded');
    expect(await rewards(friend.id)).toMatchObject([{ status: 'issued' }]);
    expect((await referral(friend.id, () => true)).inHubSpot).toBe('present');
  });

  test('a referrer and their friend: the referral is rejected, and nothing is ever paid for it', async () => {
    const referrer = await aReferrer(await aCampaign());
    const friend = await aFriend(referrer.link);
    const id = await merge(referrer.contactId, friend.contactId);
    const rejected = await referral(friend.id, ({ status }) => status === 'rejected');
    expect(rejected.rejectedReason).toBe('self-referral-by-merge');
    await product.temporal.workflow.getHandle(`referral:${friend.id}`).result();
    await connect(id);
    await eventually('HubSpot has told of it', async () => (await product.portal.pendingDeliveries()) === 0);
    const { items } = await product.api.get<{ items: { kind: string; sentence: string | null }[] }>(
      `/referrals/${friend.id}/timeline`,
    );
    expect(items.find(({ kind }) => kind === 'rejected')?.sentence).toMatch(/one contact/);
    expect(await rewards(friend.id)).toEqual([]);
  });

  test('two referrers of one campaign: both links lead to the earlier one, whose record has link and count', async () => {
    const campaign = await aCampaign({ reflects: true });
    const [first, second] = [await aReferrer(campaign), await aReferrer(campaign)];
    const friends = [await aFriend(first.link), await aFriend(second.link)];
    const id = await merge(second.contactId, first.contactId);
    await eventually('the later one tells who it turned out to be', async () => {
      const { mergedInto } = await product.api.get<Referrer>(`/referrers/${second.id}`);
      return mergedInto === first.id;
    });
    friends.push(await aFriend(second.link));
    for (const friend of friends) {
      expect((await referral(friend.id, () => true)).referrerId).toBe(first.id);
      await connect(friend.contactId);
    }
    for (const friend of friends) {
      await referral(friend.id, ({ status }) => status === 'rewarded');
      expect(await rewards(friend.id)).toMatchObject([{ status: 'issued' }]);
    }
    await eventually('the merged contact has the link and the count', async () => {
      const merged = (await product.portal.contacts()).find((contact) => contact.id === id);
      const { referral_link: link, friends_referred: count } = merged?.properties ?? {};
      return link === first.link && count === '3';
    });
  });
});

test('reliability A2 #15: another e-mail address keeps the referral, and its later qualification counts', async () => {
  const referrer = await aReferrer(await aCampaign());
  const friend = await aFriend(referrer.link);
  const email = anEmail('renamed');
  await product.portal.editContact(friend.contactId, { email });
  await referral(friend.id, ({ person }) => person.email === email);
  await product.signUp(referrer.link, { email });
  expect((await product.referrals()).filter(({ person }) => person.email === email)).toHaveLength(1);
  await connect(friend.contactId);
  await referral(friend.id, ({ status }) => status === 'rewarded');
  expect(await rewards(friend.id)).toHaveLength(1);
});

describe('reliability A2 #13: contacts that are archived in HubSpot', () => {
  const archive = (id: string) => product.portal.control.post(`${contacts()}/${id}/archive`);
  const restore = (id: string) => product.portal.control.post(`${contacts()}/${id}/restore`);

  test('are noticed by webhook, and again when they are restored', async () => {
    const friend = await aFriend((await aReferrer(await aCampaign())).link);
    await archive(friend.contactId);
    await referral(friend.id, ({ inHubSpot }) => inHubSpot === 'gone');
    await restore(friend.contactId);
    await referral(friend.id, ({ inHubSpot }) => inHubSpot === 'present');
    await connect(friend.contactId);
    await referral(friend.id, ({ status }) => status === 'rewarded');
    expect(await rewards(friend.id)).toHaveLength(1);
  });

  test('are noticed by the daily look by id when every notice is lost, and so is a merge', async () => {
    const referrer = await aReferrer(await aCampaign());
    const [archived, merged] = [await aFriend(referrer.link), await aFriend(referrer.link)];
    await product.portal.control.put('/webhooks', { enabled: false });
    await archive(archived.contactId);
    await merge(merged.contactId, referrer.contactId);
    // A day later.
    await product.sql`update contact_sweeps set next_at = now() - interval '1 second', after_crm_id = null`;
    await lookNow();
    await referral(archived.id, ({ inHubSpot }) => inHubSpot === 'gone');
    await referral(merged.id, ({ rejectedReason }) => rejectedReason === 'self-referral-by-merge');
    await product.portal.control.put('/webhooks', { enabled: true });
    expect(await rewards(merged.id)).toEqual([]);
  });
});

test('design §10: no workflow failed, no notice is dead, and the ledger agrees', async () => {
  const failed: string[] = [];
  for await (const { workflowId } of product.temporal.workflow.list({ query: 'ExecutionStatus = "Failed"' }))
    failed.push(workflowId);
  expect(failed).toEqual([]);
  await eventually('every hint was followed', async () => {
    const [{ hints } = { hints: 1 }] = await product.sql`select count(*)::int as hints from contact_hints`;
    return hints === 0;
  });
  const [row] = await product.sql`
    select (select count(*)::int from webhook_inbox where dead_at is not null) as dead,
      (select coalesce(sum(l.amount_minor), 0)::int from ledger_entries l) as owed`;
  expect(row).toEqual({ dead: 0, owed: 0 });
});
