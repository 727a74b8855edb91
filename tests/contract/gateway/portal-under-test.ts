/**
 * The portal that the contract suite runs against: the sandbox, or a HubSpot account of your own when
 * HUBSPOT_CONTRACT_TOKEN holds an access token of it (a developer test account; never one with customers in it). Cases
 * that need the sandbox's controls are skipped there, each with its reason.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CrmProperties, CrmRecord, HubSpot } from '../../../hubspot/gateway.ts';
import { hubspotGateway } from '../../../hubspot/open-hubspot.ts';
import { connectionId, evenPacer, memoryPorts } from '../../fakes/hubspot-ports.ts';
import { app, sandboxUnderTest, type Version } from './gateway-on-sandbox.ts';

const token = process.env['HUBSPOT_CONTRACT_TOKEN'];
const apiUrl = process.env['HUBSPOT_CONTRACT_URL'] ?? 'https://api.hubapi.com';
/** Marks the records of one run, so that two runs on one account do not meet. */
const run = Date.now().toString(36);

export interface OpenPortal {
  readonly hubspot: HubSpot;
  readonly portalId: string;
  /** An address that only this run uses. */
  readonly email: (name: string) => string;
  /** A contact or deal of this run; a real portal is left without them. */
  readonly contact: (properties?: CrmProperties) => Promise<CrmRecord>;
  readonly deal: (contactId: string, properties?: CrmProperties) => Promise<CrmRecord>;
  /** The same for a contact that was made in another way. */
  readonly forget: (contactId: string) => void;
}

export interface PortalUnderTest extends AsyncDisposable {
  open(version: Version): Promise<OpenPortal>;
}

/** For `test.skipIf`: `because` says what a real account cannot be told to do. */
export const onRealPortal = (because: string): boolean => token !== undefined && skipped(because);

function skipped(because: string): true {
  console.info(`A case is skipped: ${because}.`);
  return true;
}

export async function portalUnderTest(): Promise<PortalUnderTest> {
  return token === undefined ? sandboxPortal() : realPortal(token);
}

async function sandboxPortal(): Promise<PortalUnderTest> {
  const sandbox = await sandboxUnderTest();
  return {
    async open(version) {
      const { hubspot, portalId } = await sandbox.connect(version);
      return { hubspot, portalId, ...makers(hubspot, () => {}) };
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}

async function realPortal(accessToken: string): Promise<PortalUnderTest> {
  const call = (method: string, path: string) =>
    fetch(apiUrl + path, { method, headers: { authorization: `Bearer ${accessToken}` } });
  const details = (await (await call('GET', '/account-info/v3/details')).json()) as { portalId: number };
  const portalId = String(details.portalId);
  const made: string[] = [];
  return {
    async open(version) {
      const ports = memoryPorts({ portalId, accessToken });
      const gateway = hubspotGateway(
        { ...app, apiUrl, authUrl: apiUrl, version },
        { ...ports, pacer },
        { gatherForMs: 5 },
      );
      const hubspot = gateway.open({ connectionId, epoch: 1, lane: 'interactive' });
      return { hubspot, portalId, ...makers(hubspot, (path) => made.push(path)) };
    },
    async [Symbol.asyncDispose]() {
      for (const path of new Set(made)) {
        const { delayMs } = await pacer.reserve({ portalId, budget: 'general', lane: 'bulk' });
        await delay(delayMs);
        await call('DELETE', `/crm/v3/objects/${path}`);
      }
    },
  };
}

/**
 * One pace for all that this process sends to the real portal: two test processes stay below 100 calls in ten seconds
 * and five searches in one, the smallest limits there are.
 */
const pacer = evenPacer({ general: 250, search: 600 });

let opened = 0;

function makers(
  hubspot: HubSpot,
  note: (path: string) => void,
): Pick<OpenPortal, 'email' | 'contact' | 'deal' | 'forget'> {
  opened += 1;
  const mark = `${run}.${process.pid}.${opened}`;
  const email = (name: string) => `${name}.${mark}@example.com`;
  let made = 0;
  return {
    email,
    forget: (id) => note(`contacts/${id}`),
    async contact(properties) {
      made += 1;
      const record = await hubspot.contacts.create({ email: email(`person${made}`), ...properties });
      note(`contacts/${record.id}`);
      return record;
    },
    async deal(contactId, properties) {
      const fields = { dealname: `Contract ${mark}`, dealstage: 'appointmentscheduled', pipeline: 'default' };
      const record = await hubspot.deals.create({ properties: { ...fields, ...properties }, contactId });
      note(`deals/${record.id}`);
      return record;
    },
  };
}
