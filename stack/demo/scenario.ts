/** The demo's acts, in order. Everything is decided by a fixed seed, so that two runs end with the same figures. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Stack } from '../stack.ts';
import {
  companyProperties,
  createDealCampaign,
  createPropertyCampaign,
  type DemoCampaign,
} from './campaigns.ts';
import { type ApiClient, allPages, apiClient, connectPortal } from './http.ts';
import { type PortalRecord, type SandboxPortal, sandboxPortal } from './sandbox-portal.ts';
import { until } from './until.ts';

export interface Outcome {
  readonly api: ApiClient;
  readonly portal: SandboxPortal;
  readonly dealCampaign: DemoCampaign;
  readonly propertyCampaign: DemoCampaign;
  readonly urls: Stack['urls'];
}

interface Options {
  readonly kill: boolean;
  readonly say: (line?: string) => void;
}

interface Referral {
  readonly id: string;
  readonly status: string;
  readonly enteredAt: string | null;
  readonly signedUpAt: string;
  readonly person: { readonly email: string };
}

const contactsInPortal = 1_000;
const dealFriends = { newcomers: 18, existing: 6 };
const workshopFriends = { newcomers: 12, existing: 4 };
/** Of the deals in the order of their sign-ups: so many are won, the next ones are lost, the rest stays open. */
const dealsWon = 10;
const dealsLost = 4;
const workshopConnected = 6;
/** S68: what happens within five seconds of a sign-up is not after it. */
const afterSignUpMs = 6_000;

export async function runScenario(stack: Stack, { kill, say }: Options): Promise<Outcome> {
  const { urls } = stack;
  const portal = sandboxPortal(urls.sandbox);
  const act = actOf(say);

  act('A company with 1,000 contacts in HubSpot makes the properties that it will map');
  await portal.seed(contactsInPortal);
  await portal.makeProperties(companyProperties);
  await portal.control.put('/webhooks', { shuffleSeed: 7, duplicate: true });
  say(`    ${urls.sandbox} — from here on its webhooks arrive shuffled and doubled`);

  act('An operator connects HubSpot: Connect → consent page → Connect app');
  const api = apiClient(`${urls.app}/api/v1`, await bootstrap(stack));
  await connectPortal(api, portal.portalId);

  act(
    'Two campaigns: one pays 10 % of a won deal, one pays USD 25.00 when the lead status becomes Connected',
  );
  const dealCampaign = await createDealCampaign(api);
  const propertyCampaign = await createPropertyCampaign(api);

  act('Start Sync: every contact with an e-mail gets a referral link in HubSpot; nobody is e-mailed');
  await api.post(`/campaigns/${dealCampaign.id}/sync`);
  if (kill) await killWorkerOnce(stack, () => seenAtLeast(api, dealCampaign.id, 200), say);
  const run = await until('the sync has ended', async () => {
    const now = await api.get<{ state: string; skipped: Record<string, number> }>(
      `/campaigns/${dealCampaign.id}/sync`,
    );
    return now.state === 'completed' && now;
  });
  say(
    `    skipped: ${
      Object.entries(run.skipped)
        .map(([reason, n]) => `${n} ${reason}`)
        .join(', ') || 'nobody'
    }`,
  );

  act('Four people join the workshop campaign by its join page and become contacts with a link of their own');
  const contacts = (await portal.contacts()).filter(
    ({ properties }) => properties['referral_link'] && properties['email'],
  );
  const workshopLinks = await join(urls.app, propertyCampaign, contacts);

  act('Forty friends sign up through referral links; ten of them are contacts already');
  const links = contacts.slice(0, 8).map(({ properties }) => properties['referral_link'] ?? '');
  const known = contacts.filter(({ properties }) => !properties['hs_lead_status']).slice(20);
  const connectedAlready = contacts
    .filter(({ properties }) => properties['hs_lead_status'] === 'CONNECTED')
    .slice(5, 6);
  await signUpAll(links, friends('deal', dealFriends.newcomers, known.slice(0, dealFriends.existing)));
  await signUpAll(
    workshopLinks,
    friends('workshop', workshopFriends.newcomers, [
      ...known.slice(10, 10 + workshopFriends.existing - 1),
      ...connectedAlready,
    ]),
  );
  const referrals = await until('all forty are in HubSpot', async () => {
    const all = await allPages<Referral>(api, '/referrals');
    return all.every(({ enteredAt }) => enteredAt) && all.length === 40 && all;
  });

  act('Sales works in HubSpot: deals are won and lost, one is won, reopened and won again');
  const byEmail = new Map(referrals.map((referral) => [referral.person.email, referral]));
  await lastSignUpLiesBack(referrals);
  await workDeals(portal, byEmail, async () => {
    if (kill) await killWorkerOnce(stack, async () => (await issued(api)) > 0, say);
  });
  await workLeads(portal, byEmail);

  act('Rewards are issued, once each');
  // One deal was won without an amount: its reward waits for a person instead of being wrong (S84).
  const expected = dealsWon - 1 + workshopConnected;
  await until('every reward is issued', async () => (await issued(api)) >= expected);
  await until('HubSpot has delivered all its webhooks', async () => (await portal.pendingDeliveries()) === 0);
  await until('every counter in HubSpot is true', async () => countersAgree(await portal.contacts()));
  return { api, portal, dealCampaign, propertyCampaign, urls };
}

function actOf(say: Options['say']) {
  let n = 0;
  return (title: string) => {
    n += 1;
    say(`${String(n).padStart(2)}. ${title}`);
  };
}

/** The workspace and its key, by the command that the README names. */
async function bootstrap(stack: Stack): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [new URL('../../api/bootstrap.ts', import.meta.url).pathname, '--workspace', 'Demo', '--json'],
    { env: { ...process.env, ...stack.env } },
  );
  return (JSON.parse(stdout) as { apiKey: string }).apiKey;
}

async function killWorkerOnce(
  stack: Stack,
  when: () => Promise<boolean>,
  say: Options['say'],
): Promise<void> {
  await until('the moment for the kill has come', when, { everyMs: 20 });
  await stack.kill('worker', 'SIGKILL');
  say('    the worker was killed with SIGKILL and starts again');
  await stack.startPart('worker');
}

async function seenAtLeast(api: ApiClient, campaignId: string, contacts: number): Promise<boolean> {
  return (await api.get<{ seen: number }>(`/campaigns/${campaignId}/sync`)).seen >= contacts;
}

async function issued(api: ApiClient): Promise<number> {
  return (await allPages(api, '/rewards?status=issued')).length;
}

async function join(
  appUrl: string,
  { slug }: DemoCampaign,
  contacts: readonly PortalRecord[],
): Promise<string[]> {
  const page = apiClient(appUrl);
  const existing = contacts.at(-1)?.properties['email'] ?? '';
  const people = [
    ...['Ines', 'Bo', 'Chidi'].map((firstName, i) => ({
      firstName,
      email: `host.${i + 1}@workshop.example`,
    })),
    { firstName: 'Host', email: existing },
  ];
  const links: string[] = [];
  for (const person of people) links.push((await page.post<{ link: string }>(`/join/${slug}`, person)).link);
  return links;
}

interface Friend {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

function friends(kind: string, newcomers: number, existing: readonly PortalRecord[]): Friend[] {
  return [
    ...Array.from({ length: newcomers }, (_, i) => ({
      firstName: 'Friend',
      lastName: `Number ${i + 1}`,
      email: `${kind}.friend.${i + 1}@friends.example`,
    })),
    ...existing.map(({ properties }) => ({
      firstName: properties['firstname'] ?? 'Friend',
      lastName: properties['lastname'] ?? 'Friend',
      email: properties['email'] ?? '',
    })),
  ];
}

/** Each friend opens a link, as a browser does, and fills in the form behind it. */
async function signUpAll(links: readonly string[], people: readonly Friend[]): Promise<void> {
  for (const [i, person] of people.entries()) {
    const link = links[i % links.length] ?? '';
    const landing = await fetch(link, { redirect: 'manual' });
    if (landing.status !== 302) throw new Error(`The referral link answered ${landing.status}`);
    await apiClient(link).post('/sign-up', person);
  }
}

async function lastSignUpLiesBack(referrals: readonly Referral[]): Promise<void> {
  const last = Math.max(...referrals.map(({ signedUpAt }) => Date.parse(signedUpAt)));
  await until('five seconds lie after the last sign-up', async () => Date.now() > last + afterSignUpMs);
}

async function workDeals(
  portal: SandboxPortal,
  referrals: ReadonlyMap<string, Referral>,
  halfway: () => Promise<void>,
): Promise<void> {
  const byReferral = new Map(
    (await portal.deals()).map((deal) => [deal.properties['vouchflow_referral_id'], deal.id]),
  );
  const dealOf = (n: number) => {
    const referral = referrals.get(`deal.friend.${n}@friends.example`);
    const deal = referral && byReferral.get(referral.id);
    if (!deal) throw new Error(`Friend ${n} has no deal in HubSpot`);
    return deal;
  };
  for (let n = 1; n <= dealsWon; n += 1) {
    if (n < dealsWon) await portal.editDeal(dealOf(n), { amount: `${1_000 + n * 250.5}` });
    await portal.editDeal(dealOf(n), { dealstage: 'closedwon' });
    if (n === dealsWon / 2) await halfway();
  }
  await portal.editDeal(dealOf(1), { dealstage: 'contractsent' });
  await portal.editDeal(dealOf(1), { dealstage: 'closedwon' });
  for (let n = dealsWon + 1; n <= dealsWon + dealsLost; n += 1)
    await portal.editDeal(dealOf(n), { dealstage: 'closedlost' });
}

/** Four newcomers and two who were contacts before become Connected. */
async function workLeads(portal: SandboxPortal, referrals: ReadonlyMap<string, Referral>): Promise<void> {
  const contacts = await portal.contacts();
  const newcomers = contacts.filter(({ properties }) =>
    /^workshop\.friend\.[1-4]@/.test(properties['email'] ?? ''),
  );
  const existing = contacts
    .filter(({ properties }) => referrals.has(properties['email'] ?? '') && !properties['hs_lead_status'])
    .filter(({ properties }) => !properties['email']?.endsWith('@friends.example'))
    .slice(-2);
  for (const { id } of [...newcomers, ...existing])
    await portal.editContact(id, { hs_lead_status: 'CONNECTED' });
}

/** The counters that HubSpot shows add up to the sign-ups and conversions of the campaign that maps them. */
function countersAgree(contacts: readonly PortalRecord[]): boolean {
  const sum = (property: string) =>
    contacts.reduce((total, { properties }) => total + Number(properties[property] ?? 0), 0);
  return (
    sum('friends_referred') === dealFriends.newcomers + dealFriends.existing &&
    sum('friends_converted') === dealsWon
  );
}
