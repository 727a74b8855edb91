/**
 * The front door of `hubspot/`: everything the product asks of one portal, in our own words. All values are strings
 * as on HubSpot's wire, `null` for empty. Each method throws `HubSpotError` only.
 */
import type { Lane } from './ports.ts';

export type CrmObjectType = 'contact' | 'deal';
export type CrmProperties = Readonly<Record<string, string | null>>;

/** One value that a property has had. */
export interface PropertyVersion {
  readonly value: string;
  /** ISO instant at which it came into force. */
  readonly at: string;
}

export interface CrmRecord {
  /** The live id; differs from the id asked for when the record was merged. */
  readonly id: string;
  readonly properties: CrmProperties;
  /** Newest first, for the properties whose history was asked for. */
  readonly history: Readonly<Record<string, readonly PropertyVersion[]>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
  /** ISO instant of an archived record's archiving, where HubSpot tells it. */
  readonly archivedAt?: string;
  /**
   * The ids that this record had before it was merged; each still finds it in a single read, none in a batch or a
   * search. Empty when it was never merged. Whatever is read tells them; the answer to a write may leave them out.
   */
  readonly mergedIds: readonly string[];
}

/** A record as found by the id that was asked for; `record` null when HubSpot has none (deleted, or never was). */
export interface CrmLookup {
  readonly askedId: string;
  readonly record: CrmRecord | null;
}

export interface ReadOptions {
  /** Their values are told, and beside them only what HubSpot tells of every record, such as its `hs_object_id`. */
  readonly properties: readonly string[];
  readonly history?: readonly string[];
}

export interface RecordUpdate {
  readonly id: string;
  readonly properties: CrmProperties;
}

export interface RowFailure {
  readonly id: string;
  readonly kind: 'not-found' | 'invalid' | 'conflict';
  readonly property?: string;
  readonly code?: string;
}

export interface RecordUpsert {
  /** The value of the unique property by which HubSpot finds the record. */
  readonly key: string;
  readonly properties: CrmProperties;
}

export type UpsertOutcome =
  | { readonly kind: 'created' | 'updated'; readonly key: string; readonly id: string }
  | { readonly kind: 'refused'; readonly key: string; readonly failure: RowFailure };

/** One record by its type and id. */
export interface CrmReference {
  readonly objectType: CrmObjectType;
  readonly id: string;
}

export interface Page<T> {
  readonly results: readonly T[];
  /** Null on the last page. */
  readonly after: string | null;
}

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
}

export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly fieldType: string;
  readonly groupName: string;
  readonly options: readonly PropertyOption[];
  readonly readOnly: boolean;
  readonly hasUniqueValue: boolean;
  readonly custom: boolean;
}

export interface NewProperty {
  readonly name: string;
  readonly label: string;
  readonly type: 'string' | 'number' | 'date' | 'datetime';
  readonly fieldType: 'text' | 'number' | 'date';
  readonly hasUniqueValue?: boolean;
}

/** A heading under which people see properties on a record. */
export interface PropertyGroup {
  readonly name: string;
  readonly label: string;
}

export interface PipelineStage {
  readonly id: string;
  readonly label: string;
  readonly outcome: 'open' | 'won' | 'lost';
}

export interface Pipeline {
  readonly id: string;
  readonly label: string;
  readonly stages: readonly PipelineStage[];
}

export interface ContactList {
  readonly id: string;
  readonly name: string;
  readonly kind: 'active' | 'static' | 'snapshot';
  readonly size: number | null;
}

export interface AccountDetails {
  readonly portalId: string;
  readonly timeZone: string;
  readonly companyCurrency: string;
  /** Empty in an account with one currency. */
  readonly additionalCurrencies: readonly string[];
  readonly uiDomain: string;
}

/** Someone of the customer's who can be put in charge of a record, by `id` in `hubspot_owner_id` (never by `userId`). */
export interface Owner {
  readonly id: string;
  readonly name: string;
  /** Null for a queue. */
  readonly email: string | null;
}

/** What a link between two records means, in one direction; without a label it is HubSpot's own. */
export interface AssociationType {
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED' | 'INTEGRATOR_DEFINED';
  readonly typeId: number;
}

export interface AssociatedRecord {
  readonly id: string;
  readonly types: readonly (AssociationType & { readonly label: string | null })[];
}

/** Our label between two contacts, by its two directions. */
export interface ReferralLabel {
  readonly referrerToReferred: AssociationType;
  readonly referredToReferrer: AssociationType;
}

export interface NewNote {
  /** Plain text, at most 65,536 characters once escaped. */
  readonly text: string;
  /** ISO instant under which people find it in the timeline. */
  readonly at: string;
  readonly about: readonly CrmReference[];
}

export interface ChangedRecords {
  readonly objectType: CrmObjectType;
  /** Inclusive bounds on the modified-date property, ISO instants. */
  readonly from: string;
  readonly to: string;
  /** Only ids greater than this one; null to begin. Paging is by id inside the window, never by offset. */
  readonly afterId: string | null;
  readonly properties: readonly string[];
}

/** HubSpot as one connection sees it, under the epoch with which it was opened. */
export interface HubSpot {
  readonly contacts: {
    /** Creates only; an e-mail that exists throws `conflict` with `existingId` where HubSpot named it. */
    create(properties: CrmProperties): Promise<CrmRecord>;
    /** Throws `not-found`. */
    read(id: string, options: ReadOptions): Promise<CrmRecord>;
    readByEmail(email: string, options: ReadOptions): Promise<CrmRecord>;
    /** At most 100 ids, 50 when history is asked for; one lookup per id, in the order asked. */
    readMany(ids: readonly string[], options: ReadOptions): Promise<readonly CrmLookup[]>;
    update(id: string, properties: CrmProperties): Promise<CrmRecord>;
    /** At most 100; resolves with the rows that HubSpot refused, all others are written. */
    updateMany(updates: readonly RecordUpdate[]): Promise<readonly RowFailure[]>;
    /**
     * Finds or makes at most 100 contacts by `email` or a unique property of ours; one outcome per row, in the order
     * asked. Rows with the same key become one, in which later values hold. Safe to repeat. Overwrites what is there.
     */
    upsertMany(input: {
      readonly by: string;
      readonly rows: readonly RecordUpsert[];
    }): Promise<readonly UpsertOutcome[]>;
    /**
     * HubSpot's permanent deletion: the contact is gone for good, also under its merged ids, and its address can never
     * be a contact again. Safe to repeat: the second time it is `absent`.
     */
    erase(id: string): Promise<'erased' | 'absent'>;
    /** 100 contacts by the list API, oldest first; `after` is opaque. */
    page(input: {
      readonly after: string | null;
      readonly properties: readonly string[];
    }): Promise<Page<CrmRecord>>;
    /**
     * 100 archived contacts by the list API, oldest first; `after` is opaque. HubSpot keeps them for 90 days. A contact
     * that was merged into another or erased for good is in neither listing.
     */
    archivedPage(input: {
      readonly after: string | null;
      readonly properties: readonly string[];
    }): Promise<Page<CrmRecord>>;
    /** How many contacts the portal has, as its search index knows: a little behind, archived ones left out. */
    count(): Promise<number>;
  };
  readonly deals: {
    /** Creates with an association to the contact; a taken unique value throws `conflict`. */
    create(input: { readonly properties: CrmProperties; readonly contactId: string }): Promise<CrmRecord>;
    /** By a unique property of ours; null when there is none. */
    findByUnique(
      input: { readonly property: string; readonly value: string } & ReadOptions,
    ): Promise<CrmRecord | null>;
    read(id: string, options: ReadOptions): Promise<CrmRecord>;
    readMany(ids: readonly string[], options: ReadOptions): Promise<readonly CrmLookup[]>;
    updateMany(updates: readonly RecordUpdate[]): Promise<readonly RowFailure[]>;
  };
  readonly associations: {
    /** Ask by the live id. None for a contact that HubSpot does not have. */
    dealsOfContact(contactId: string): Promise<readonly string[]>;
    /** There may be none or several, and they change even after a deal is closed. */
    contactsOfDeal(dealId: string): Promise<readonly string[]>;
    /** The records of one type that a record is linked to, with what each link means. Throws `not-found`. */
    labelled(input: {
      readonly from: CrmReference;
      readonly to: CrmObjectType;
    }): Promise<readonly AssociatedRecord[]>;
    /** Links two records, by HubSpot's own type or the one given. Safe to repeat. Throws `not-found`, `invalid`. */
    associate(input: {
      readonly from: CrmReference;
      readonly to: CrmReference;
      readonly type?: AssociationType;
    }): Promise<void>;
    /** Our label between a referrer and whom they referred; made at the first request. Safe to repeat and to race. */
    ensureReferralLabel(): Promise<ReferralLabel>;
  };
  readonly lists: {
    search(query?: string): Promise<readonly ContactList[]>;
    /** Throws `not-found`, also for a list that holds no contacts but other records. */
    read(listId: string): Promise<ContactList>;
    /** 250 contact ids, ascending. */
    members(input: { readonly listId: string; readonly after: string | null }): Promise<Page<string>>;
  };
  readonly properties: {
    list(objectType: CrmObjectType): Promise<readonly PropertyDefinition[]>;
    /** Creates our property group and the missing ones of these properties; existing ones are left as they are. */
    ensure(objectType: CrmObjectType, properties: readonly NewProperty[]): Promise<void>;
    /**
     * Creates one property, in our group unless another is given, which is made if it is missing. Throws `conflict`
     * when the name is taken, `invalid`, and `outcome-unknown`: then `list` tells.
     */
    create(
      objectType: CrmObjectType,
      input: { readonly property: NewProperty; readonly group?: PropertyGroup },
    ): Promise<PropertyDefinition>;
  };
  readonly pipelines: { list(): Promise<readonly Pipeline[]> };
  /** Needs the optional `crm.objects.owners.read`: throws `missing-scope` without it. */
  readonly owners: { list(): Promise<readonly Owner[]> };
  readonly notes: {
    /** Puts a note into the timeline of each record; resolves with its id. `outcome-unknown` may have made it. */
    create(note: NewNote): Promise<string>;
  };
  readonly account: { details(): Promise<AccountDetails> };
  /**
   * Up to 200 records changed in a window, ascending by id; fewer mean that the window is read to its end. The search API
   * lags a little and never shows archived records.
   */
  changed(input: ChangedRecords): Promise<readonly CrmRecord[]>;
}

/** Opens HubSpot for one connection; every call is fenced by `epoch` and paced in `lane`. */
export type OpenHubSpot = (input: {
  readonly connectionId: string;
  readonly epoch: number;
  readonly lane: Lane;
}) => HubSpot;
