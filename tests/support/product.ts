/** The whole product as processes on an embedded stack of its own, driven from outside as its users do. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import postgres, { type Sql } from 'postgres';
import { companyProperties } from '../../stack/demo/campaigns.ts';
import { type ApiClient, allPages, apiClient, connectPortal } from '../../stack/demo/http.ts';
import { type SandboxPortal, sandboxPortal } from '../../stack/demo/sandbox-portal.ts';
import { type Stack, startStack } from '../../stack/stack.ts';
import { testFolder } from './stack.ts';
import { eventually } from './time.ts';

export interface ReferralView {
  readonly id: string;
  readonly status: string;
  readonly enteredAt: string | null;
  readonly parkedReason: string | null;
  readonly settledAt: string | null;
  readonly signedUpAt: string;
  readonly person: { readonly email: string };
}

export interface Product {
  readonly stack: Stack;
  readonly api: ApiClient;
  readonly portal: SandboxPortal;
  readonly temporal: Client;
  /** As `vf_system`, for what only the rows can tell. */
  readonly sql: Sql;
  readonly apiKey: string;
  referrals(query?: string): Promise<ReferralView[]>;
  /** The one referral of this address, once it satisfies `when`. */
  referral(email: string, when?: (referral: ReferralView) => boolean): Promise<ReferralView>;
  timeline(referralId: string): Promise<string[]>;
  /** Makes a person a referrer; their link. */
  referrer(campaignId: string): Promise<string>;
  signUp(link: string, person?: { firstName?: string; email?: string }): Promise<string>;
  /** The deal that HubSpot holds for a referral. */
  dealOf(referralId: string): Promise<string>;
  contactOf(email: string): Promise<{ id: string; properties: Readonly<Record<string, string | null>> }>;
  stop(): Promise<void>;
}

interface ProductOptions {
  readonly env?: Record<string, string>;
  readonly limits?: boolean;
}

export async function startProduct({ env = {}, limits = false }: ProductOptions = {}): Promise<Product> {
  const stack = await startStack({
    dataDir: await testFolder('product'),
    throwAway: true,
    ports: 'free',
    durable: false,
    sandbox: true,
    api: true,
    worker: true,
    timeSkipping: true,
    extraEnv: { LOG_LEVEL: 'debug', RECONCILE_SECONDS: '3600', PUBLIC_RATE_LIMIT: '100000', ...env },
  });
  const portal = sandboxPortal(stack.urls.sandbox);
  await portal.makeProperties(companyProperties);
  if (!limits) await portal.control.put('/limits', { enabled: false });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, '../../api/bootstrap.ts'), '--workspace', 'Test', '--json'],
    { env: { ...process.env, ...stack.env } },
  );
  const { apiKey } = JSON.parse(stdout) as { apiKey: string };
  const api = apiClient(`${stack.urls.app}/api/v1`, apiKey);
  await connectPortal(api, portal.portalId);
  const temporal = new Client({ connection: Connection.lazy({ address: stack.urls.temporalAddress }) });
  const sql = postgres(stack.databases.systemUrl, { max: 2, fetch_types: false, onnotice: () => undefined });

  const product: Product = {
    stack,
    api,
    portal,
    temporal,
    sql,
    apiKey,
    referrals: (query = '') => allPages<ReferralView>(api, `/referrals${query}`),
    referral: (email, when = () => true) =>
      eventually(
        `the referral of this address is as wanted`,
        async () => (await product.referrals()).find((each) => each.person.email === email && when(each)),
        { withinMs: 60_000 },
      ),
    timeline: async (id) =>
      (await api.get<{ items: { kind: string }[] }>(`/referrals/${id}/timeline`)).items.map(
        ({ kind }) => kind,
      ),
    referrer: async (campaignId) => {
      const person = { firstName: 'Rhea', email: anEmail('referrer') };
      return (await api.post<{ link: string }>(`/campaigns/${campaignId}/referrers`, person)).link;
    },
    signUp: async (link, { firstName = 'Finn', email = anEmail('friend') } = {}) => {
      await apiClient(link).post('/sign-up', { firstName, email });
      return email;
    },
    dealOf: (referralId) =>
      eventually('the referral has a deal', async () => {
        const deals = await portal.deals();
        return deals.find(({ properties }) => properties['vouchflow_referral_id'] === referralId)?.id;
      }),
    contactOf: (email) =>
      eventually('the contact is in HubSpot', async () => {
        const contacts = await portal.contacts();
        return contacts.find(({ properties }) => properties['email'] === email);
      }),
    stop: async () => {
      await sql.end();
      await temporal.connection.close();
      await stack.stop();
    },
  };
  return product;
}

export const anEmail = (kind: string) => `${kind}.${randomBytes(5).toString('hex')}@people.example`;

/** S68: only what changes later than this after the sign-up counts for a contact that was found. */
export const afterSignUp = ({ signedUpAt }: ReferralView) =>
  new Date(Date.parse(signedUpAt) + 5_001).toISOString();
