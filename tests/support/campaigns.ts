/** Campaigns as tests need them: published, with only what the case is about in view. */
import type { ApiClient } from '../../stack/demo/http.ts';

interface DealCampaign {
  readonly name?: string;
  readonly holdDays?: number | null;
  readonly rateBasisPoints?: number;
  readonly reversalDays?: number | null;
  readonly expiryDays?: number | null;
  readonly saleValueProperty?: string;
}

interface PropertyCampaign {
  readonly name?: string;
  readonly rewards?: readonly object[];
  readonly existingContacts?: 'never-overwrite' | 'fill-blanks' | 'overwrite';
  /** The watched property and the values that qualify; lead status unless told. */
  readonly watched?: { readonly property: string; readonly qualifyingValues: readonly string[] };
}

const dynamic = (property: string, field: string) => ({
  objectType: 'contact',
  property,
  source: { kind: 'dynamic', field },
});

const personMappings = [
  dynamic('firstname', 'first_name'),
  dynamic('lastname', 'last_name'),
  dynamic('email', 'email'),
];

export async function aDealCampaign(api: ApiClient, options: DealCampaign = {}): Promise<string> {
  const {
    name = 'Deals',
    holdDays = null,
    rateBasisPoints = 1_000,
    reversalDays = null,
    expiryDays = null,
    saleValueProperty = 'amount',
  } = options;
  const { id } = await api.post<{ id: string }>('/campaigns', { name, reversalDays, expiryDays });
  await api.put(`/campaigns/${id}/hubspot`, {
    personInvited: { action: 'create-contact-and-deal', mappings: personMappings },
    qualification: {
      kind: 'deal-stage',
      pipelineId: 'default',
      initialStageId: 'qualifiedtobuy',
      qualifyingStageIds: ['closedwon'],
    },
    saleValue: { object: 'deal', property: saleValueProperty },
    rewards: [{ kind: 'percentage', rateBasisPoints, beneficiary: 'referrer', holdDays }],
  });
  await api.patch(`/campaigns/${id}`, { status: 'published' });
  return id;
}

export async function aPropertyCampaign(api: ApiClient, options: PropertyCampaign = {}): Promise<string> {
  const { name = 'Leads', existingContacts = 'never-overwrite' } = options;
  const rewards = options.rewards ?? [
    { kind: 'fixed', amountMinor: 2_500, currency: 'USD', beneficiary: 'referrer' },
  ];
  const { id } = await api.post<{ id: string }>('/campaigns', { name });
  await api.put(`/campaigns/${id}/hubspot`, {
    personInvited: { action: 'create-contact', existingContacts, mappings: personMappings },
    qualification: {
      kind: 'contact-property',
      ...(options.watched ?? {
        property: 'hs_lead_status',
        initialValue: 'NEW',
        qualifyingValues: ['CONNECTED', 'IN_PROGRESS'],
      }),
    },
    rewards,
  });
  await api.patch(`/campaigns/${id}`, { status: 'published' });
  return id;
}

export async function aSyncCampaign(api: ApiClient, { name = 'Sync' } = {}): Promise<string> {
  const id = await aDealCampaign(api, { name });
  await api.put(`/campaigns/${id}/hubspot`, {
    sync: {
      scope: { kind: 'all' },
      mappingsOut: [
        dynamic('referral_link', 'referral_link'),
        dynamic('friends_referred', 'number_referred'),
        dynamic('friends_converted', 'number_successful'),
      ],
    },
  });
  return id;
}

/** Nothing but links for contacts: no sign-ups into HubSpot, no rule, no reward. */
export async function aSyncOnlyCampaign(api: ApiClient, property: string): Promise<string> {
  const { id } = await api.post<{ id: string }>('/campaigns', { name: 'Links only' });
  await api.put(`/campaigns/${id}/hubspot`, {
    sync: { scope: { kind: 'all' }, mappingsOut: [dynamic(property, 'referral_link')] },
  });
  return id;
}
