/** The two campaigns of the demo, configured as an operator would do it. */
import type { ApiClient } from './http.ts';

export interface DemoCampaign {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

const from = (objectType: 'contact' | 'deal', property: string, field: string) => ({
  objectType,
  property,
  source: { kind: 'dynamic', field },
});

/** Properties that the company makes in HubSpot before it maps them (S22, S23, S65). */
export const companyProperties = [
  { name: 'referral_link', label: 'Referral Link', type: 'string', fieldType: 'text' },
  { name: 'friends_referred', label: 'Friends referred', type: 'number', fieldType: 'number' },
  { name: 'friends_converted', label: 'Friends converted', type: 'number', fieldType: 'number' },
  { name: 'workshop_link', label: 'Workshop link', type: 'string', fieldType: 'text' },
  { name: 'referred_by', label: 'Referred by', type: 'string', fieldType: 'text' },
];

/** Qualifies by deal stage; the referrer earns 10 % of the deal's Amount. Its contacts get their links by a sync. */
export async function createDealCampaign(api: ApiClient): Promise<DemoCampaign> {
  const campaign = await create(api, 'Customers recommend us');
  await api.put(`/campaigns/${campaign.id}/hubspot`, {
    personInvited: {
      action: 'create-contact-and-deal',
      mappings: [
        from('contact', 'firstname', 'first_name'),
        from('contact', 'lastname', 'last_name'),
        from('contact', 'email', 'email'),
        from('contact', 'referred_by', 'referrer_email'),
      ],
    },
    qualification: {
      kind: 'deal-stage',
      pipelineId: 'default',
      initialStageId: 'qualifiedtobuy',
      qualifyingStageIds: ['closedwon'],
    },
    saleValue: { object: 'deal', property: 'amount' },
    rewards: [{ kind: 'percentage', rateBasisPoints: 1_000, beneficiary: 'referrer' }],
    sync: {
      scope: { kind: 'all' },
      mappingsOut: [
        from('contact', 'referral_link', 'referral_link'),
        from('contact', 'friends_referred', 'number_referred'),
        from('contact', 'friends_converted', 'number_successful'),
      ],
    },
  });
  await api.patch(`/campaigns/${campaign.id}`, { status: 'published' });
  return campaign;
}

/** Qualifies by a contact property; a fixed reward. Its referrers join by themselves and become contacts. */
export async function createPropertyCampaign(api: ApiClient): Promise<DemoCampaign> {
  const campaign = await create(api, 'Bring a friend to the workshop');
  await api.put(`/campaigns/${campaign.id}/hubspot`, {
    personInvited: {
      action: 'create-contact',
      mappings: [
        from('contact', 'firstname', 'first_name'),
        from('contact', 'lastname', 'last_name'),
        from('contact', 'email', 'email'),
        from('contact', 'referred_by', 'referrer_email'),
      ],
    },
    personReferring: {
      action: 'create-contact',
      mappings: [
        from('contact', 'firstname', 'referrer_first_name'),
        from('contact', 'email', 'referrer_email'),
        from('contact', 'workshop_link', 'link'),
      ],
    },
    qualification: {
      kind: 'contact-property',
      property: 'hs_lead_status',
      initialValue: 'NEW',
      qualifyingValues: ['CONNECTED'],
    },
    rewards: [{ kind: 'fixed', amountMinor: 2_500, currency: 'USD', beneficiary: 'referrer' }],
  });
  await api.patch(`/campaigns/${campaign.id}`, { status: 'published' });
  return campaign;
}

async function create(api: ApiClient, name: string): Promise<DemoCampaign> {
  const { id, slug } = await api.post<{ id: string; slug: string }>('/campaigns', { name });
  return { id, slug, name };
}
