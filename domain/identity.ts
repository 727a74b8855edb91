/** Whether HubSpot has the contact of a person; `unknown` where no contact of theirs is known. */
export const presences = ['present', 'gone', 'unknown'] as const;
export type Presence = (typeof presences)[number];

/** What is known of one contact id: whose it is, and what HubSpot was last seen to say of it. */
export interface KnownContact {
  readonly crmId: string;
  readonly personId: string;
  /** That person's own key; null when they have no address. */
  readonly emailKey: string | null;
  /** That person was merged away: what is theirs is to be moved. */
  readonly merged: boolean;
  /** A person who is being erased is followed by id, and neither merged nor given an address. */
  readonly erasing: boolean;
  readonly aliasOf: string | null;
  readonly gone: boolean;
  /** The address of the contact belongs to this other person, as last noticed; null when it does not. */
  readonly emailHeldBy: string | null;
  /** Whether that other person still lives under that very address. */
  readonly heldKey: string | null;
}

/** A contact whose id a sign-up or a referrer's entry was answered with, though the id means somebody else. */
export interface EnteredContact {
  readonly crmId: string;
  readonly personId: string;
}

/** What a read of HubSpot said about one id. */
export interface ContactReading {
  readonly askedId: string;
  /** Null when HubSpot has no such contact (any more), archived ones included. */
  readonly record: {
    readonly id: string;
    readonly mergedIds: readonly string[];
    /** Undefined when nobody asked for the address; null for none, or for text that is no address. */
    readonly emailKey: string | null | undefined;
  } | null;
}

/** What a reading changes in what we know; null when it changes nothing. */
export type ContactChange =
  | { readonly kind: 'gone'; readonly crmId: string; readonly personId: string }
  | {
      readonly kind: 'live';
      readonly crmId: string;
      /** Old ids that lead to it now. */
      readonly aliases: readonly string[];
      /** All who have turned out to be this contact; more than one are to be merged. */
      readonly personIds: readonly string[];
      /** HubSpot had it no more, and has it again. */
      readonly restored: boolean;
      /** The address that the person should have now; null when it is theirs already. */
      readonly emailKey: string | null;
      /** The address is theirs again, or its other holder is gone: the note about it can go. */
      readonly clearsHolder: boolean;
    };

/**
 * Compares a reading with what is known of the ids in it. Contacts that mean nobody to us change nothing. A person is
 * our id together with HubSpot's; the address never says who somebody is.
 */
export function contactChange(
  { askedId, record }: ContactReading,
  known: readonly KnownContact[],
  entered: readonly EnteredContact[] = [],
): ContactChange | null {
  if (record === null) {
    const row = known.find(({ crmId }) => crmId === askedId);
    return row && !row.gone ? { kind: 'gone', crmId: askedId, personId: row.personId } : null;
  }
  const ids = new Set([record.id, askedId, ...record.mergedIds]);
  const rows = known.filter(({ crmId }) => ids.has(crmId));
  if (rows.length === 0) return null;
  const live = rows.find(({ crmId }) => crmId === record.id);
  const personIds = peopleOf(
    live ?? rows[0],
    rows,
    entered.filter(({ crmId }) => ids.has(crmId)),
  );
  const aliases = [...ids].filter((id) => {
    const row = rows.find(({ crmId }) => crmId === id);
    const theirs = row === undefined || personIds.includes(row.personId);
    return id !== record.id && theirs && row?.aliasOf !== record.id;
  });
  const email = emailChange(record.emailKey, live, rows);
  const restored = live?.gone ?? false;
  const isNew = live === undefined || live.aliasOf !== null || rows.some(({ merged }) => merged);
  if (
    !isNew &&
    !restored &&
    aliases.length === 0 &&
    personIds.length === 1 &&
    !email.clears &&
    email.key === null
  )
    return null;
  return {
    kind: 'live',
    crmId: record.id,
    aliases,
    personIds,
    restored,
    emailKey: email.key,
    clearsHolder: email.clears,
  };
}

/** Nobody is merged with somebody who is being erased. */
function peopleOf(
  first: KnownContact | undefined,
  rows: readonly KnownContact[],
  entered: readonly EnteredContact[],
): readonly string[] {
  const all = rows.some(({ erasing }) => erasing) ? [first] : [...rows, ...entered];
  return [...new Set(all.flatMap((row) => row?.personId ?? []))];
}

/** An address that another person is known to hold is not asked for again until they let it go. */
function emailChange(
  wanted: string | null | undefined,
  live: KnownContact | undefined,
  rows: readonly KnownContact[],
): { readonly key: string | null; readonly clears: boolean } {
  const heldBy = live?.emailHeldBy ?? null;
  if (wanted == null || rows.some(({ erasing }) => erasing)) return { key: null, clears: false };
  if (rows.every(({ emailKey }) => emailKey === wanted)) return { key: null, clears: heldBy !== null };
  if (heldBy !== null && live?.heldKey === wanted) return { key: null, clears: false };
  return { key: wanted, clears: heldBy !== null };
}
