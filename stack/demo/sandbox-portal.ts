/** What people do in HubSpot while the demo runs: through the sandbox's control API, as its own web page does it. */
import { type ApiClient, apiClient } from './http.ts';

export interface PortalRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

export interface SandboxPortal {
  readonly control: ApiClient;
  readonly portalId: string;
  seed(contacts: number): Promise<void>;
  makeProperties(properties: readonly object[]): Promise<void>;
  contacts(): Promise<PortalRecord[]>;
  deals(): Promise<PortalRecord[]>;
  editContact(id: string, properties: Record<string, string>): Promise<void>;
  editDeal(id: string, properties: Record<string, string>): Promise<void>;
  pendingDeliveries(): Promise<number>;
}

const portalId = '4242001';
const pageSize = 1_000;

export function sandboxPortal(sandboxUrl: string): SandboxPortal {
  const control = apiClient(`${sandboxUrl}/sandbox`);
  const base = `/portals/${portalId}`;
  const all = async (type: 'contacts' | 'deals'): Promise<PortalRecord[]> => {
    const records: PortalRecord[] = [];
    for (let after: string | null = '0'; after !== null; ) {
      const page: { results: PortalRecord[]; after: string | null } = await control.get(
        `${base}/${type}?limit=${pageSize}&after=${after}`,
      );
      records.push(...page.results);
      after = page.after;
    }
    return records;
  };
  return {
    control,
    portalId,
    seed: async (contacts) => {
      await control.post(`${base}/seed`, { contacts, seed: 1 });
    },
    async makeProperties(properties) {
      for (const property of properties) {
        await control.post(`${base}/properties`, { objectType: 'contacts', ...property });
      }
    },
    contacts: () => all('contacts'),
    deals: () => all('deals'),
    editContact: async (id, properties) => {
      await control.patch(`${base}/contacts/${id}`, { properties });
    },
    editDeal: async (id, properties) => {
      await control.patch(`${base}/deals/${id}`, { properties });
    },
    pendingDeliveries: async () => (await control.get<{ pending: number }>('/webhooks')).pending,
  };
}
