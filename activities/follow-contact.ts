import type { Tx } from '../db/client.ts';
import type { Connection } from '../db/queries/connections.ts';
import { knownContacts, markGone, setAliases, setLiveId } from '../db/queries/identity/contact-ids.ts';
import { lockPeople, lockReferrers, type ReferrerRow } from '../db/queries/identity/merge.ts';
import { moveWrites } from '../db/queries/identity/moved-writes.ts';
import { recordEvents, unsettledOf } from '../db/queries/identity/story.ts';
import { enqueueNudges } from '../db/queries/outbox.ts';
import type { Person } from '../db/queries/people.ts';
import type { Referral } from '../db/queries/referrals.ts';
import { reflectReferrers } from '../db/queries/reflection.ts';
import { type ContactChange, type ContactReading, contactChange } from '../domain/identity.ts';
import { earliestOf } from '../domain/merge.ts';
import { toInstant } from '../domain/time.ts';
import { referralWorkflow } from '../workflows/contract.ts';
import { holdFence } from './connection-access.ts';
import { followAddress } from './contact-address.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { mergePeople } from './merge-people.ts';

export interface ReadContact {
  readonly reading: ContactReading;
  /** The address as HubSpot writes it. */
  readonly email: string | null;
}

/** Others moved the same people while this transaction waited for them: to be tried again from the start. */
export class MovedMeanwhile extends Error {
  override readonly name = 'MovedMeanwhile';
  readonly personIds: readonly string[];
  constructor(personIds: readonly string[] = []) {
    super('The people of a contact were moved meanwhile');
    this.personIds = personIds;
  }
}

export interface Following {
  readonly deps: Pick<ActivityDependencies, 'log' | 'publicUrl'>;
  readonly tx: Tx;
  readonly connection: Connection;
  /** People to lock beside those who are known by the contact's ids. */
  readonly alsoLock: ReadonlySet<string>;
}

/** One contact in one transaction: who it is, who else that makes of our people, and all that follows from it. */
export async function followContact(
  following: Following,
  contact: ReadContact,
  ids: readonly string[],
): Promise<void> {
  const { tx, connection } = following;
  const look = async (): Promise<ContactChange | null> => {
    const { known, entered } = await knownContacts(tx, connection.id, ids);
    return contactChange(contact.reading, known, entered);
  };
  await holdFence(tx, connection);
  const first = await look();
  if (first === null) return;
  if (first.kind === 'gone') return goes(following, first);
  const locked = await lockPeople(tx, [...first.personIds, ...following.alsoLock]);
  // Whoever held the locks before may have done it already, or may have made more people one.
  const change = await look();
  if (change?.kind !== 'live') return;
  await lives(following, change, { contact, people: peopleOf(change.personIds, locked) });
}

/** These people, and whom those of them have turned out to be who were merged before; all are to be locked. */
function peopleOf(personIds: readonly string[], locked: readonly Person[]): readonly [Person, ...Person[]] {
  const byId = new Map(locked.map((person) => [person.id, person]));
  const wanted = new Set(personIds.flatMap((id) => [id, byId.get(id)?.mergedInto ?? id]));
  const people = [...wanted].flatMap((id) => byId.get(id) ?? []);
  const [person, ...others] = people;
  if (person === undefined || people.length < wanted.size) throw new MovedMeanwhile([...wanted]);
  return [person, ...others];
}

async function lives(
  { deps, tx, connection }: Following,
  change: Extract<ContactChange, { kind: 'live' }>,
  { contact, people }: { readonly contact: ReadContact; readonly people: readonly [Person, ...Person[]] },
): Promise<void> {
  const { workspaceId, id: connectionId } = connection;
  const place = { workspaceId, connectionId };
  const at = toInstant(Date.now());
  const { crmId, aliases } = change;
  const survivor = survivorOf(people);
  const merged = people.filter(({ id }) => id !== survivor.id);
  const touched = new Map<string, Referral>();
  const reflected = new Map<string, Pick<ReferrerRow, 'id' | 'campaignId'>>();
  if (merged.length > 0) {
    const result = await mergePeople(tx, { survivor, merged, crmId, at });
    for (const referral of result.referrals) touched.set(referral.id, referral);
    for (const referrer of result.referrers) reflected.set(referrer.id, referrer);
  }
  if (!(await setLiveId(tx, place, { personId: survivor.id, crmId })))
    throw new MovedMeanwhile([survivor.id]);
  await setAliases(tx, place, { personId: survivor.id, aliasOf: crmId, crmIds: aliases });
  await followAddress({ deps, tx, connection }, change, { personId: survivor.id, email: contact.email, at });
  const moved = merged.length > 0 || aliases.length > 0 || change.restored;
  if (!moved) return;
  const theirs = await unsettledOf(tx, survivor.id);
  for (const referral of theirs) touched.set(referral.id, referral);
  if (change.restored)
    await recordEvents(tx, theirs, { kind: 'contact-restored', facts: { contactId: crmId }, at });
  for (const referrer of await lockReferrers(tx, [survivor.id])) reflected.set(referrer.id, referrer);
  await reflect(tx, { workspaceId, publicUrl: deps.publicUrl }, [...reflected.values()]);
  await moveWrites(tx, connectionId, { from: aliases, to: crmId });
  await nudge(tx, [...touched.values()], crmId);
}

/** The earliest of the living, whatever HubSpot called the primary contact: so every order of merges ends the same. */
function survivorOf(people: readonly [Person, ...Person[]]): Person {
  const [first, ...others] = people
    .filter(({ mergedInto }) => mergedInto === null)
    .map((person) => ({ ...person, at: person.createdAt }));
  if (first === undefined) throw new MovedMeanwhile();
  const { id } = earliestOf([first, ...others]);
  return people.find((person) => person.id === id) ?? people[0];
}

async function goes(
  { tx, connection }: Following,
  { crmId, personId }: Extract<ContactChange, { kind: 'gone' }>,
): Promise<void> {
  const at = toInstant(Date.now());
  if (!(await markGone(tx, connection.id, crmId, at))) return;
  const theirs = await unsettledOf(tx, personId);
  await recordEvents(tx, theirs, { kind: 'contact-gone', facts: { contactId: crmId }, at });
  await nudge(tx, theirs, crmId);
}

/** What HubSpot shows about referrers whose contact, link or figures are other ones now. */
async function reflect(
  tx: Tx,
  owner: { readonly workspaceId: string; readonly publicUrl: string },
  referrers: readonly Pick<ReferrerRow, 'id' | 'campaignId'>[],
): Promise<void> {
  for (const [campaignId, theirs] of Map.groupBy(referrers, (referrer) => referrer.campaignId)) {
    await reflectReferrers(tx, { ...owner, campaignId, referrerIds: theirs.map(({ id }) => id) });
  }
}

const nudge = (tx: Tx, referrals: readonly Referral[], objectId: string): Promise<void> =>
  enqueueNudges(
    tx,
    referrals.map((referral) => ({
      workspaceId: referral.workspaceId,
      address: referralWorkflow({ ...referral, referralId: referral.id }),
      nudge: { kind: 'crm', objectId },
    })),
  );
