import {
  type CrmObject,
  counterFields,
  type MappableField,
  personFields,
  referralFields,
  referrerFields,
} from './mappable-field.ts';

/** `sync` is what a sync writes into HubSpot; `sync-in` what it reads from there about the person. */
export type MappingSection = 'person-invited' | 'person-referring' | 'sync' | 'sync-in';

export interface SectionRules {
  /** Fields that this section knows the value of; any other would stay empty without a word. */
  readonly offers: readonly MappableField[];
  readonly offersCustom: boolean;
  /** Deals are made for the person invited only. */
  readonly objects: readonly CrmObject[];
  /** What must fill a contact property: any of these fields, and `property` if it must be that one. */
  readonly requires: readonly {
    readonly code: string;
    readonly anyOf: readonly MappableField[];
    readonly property?: string;
    readonly message: string;
  }[];
}

/** HubSpot tells contacts apart by this property: a contact made without it would be made again (S46). */
const property = 'email';

export const mappingSections: Readonly<Record<MappingSection, SectionRules>> = {
  'person-invited': {
    offers: [...personFields, ...referralFields, ...referrerFields],
    offersCustom: true,
    objects: ['contact', 'deal'],
    requires: [
      {
        code: 'first-name-not-mapped',
        anyOf: ['first_name'],
        message: 'Map First Name to a contact property.',
      },
      {
        code: 'email-not-mapped',
        anyOf: ['email'],
        property,
        message: 'Map Email to the contact property "email".',
      },
    ],
  },
  // The person referring is the referrer, so a field of the person and the referrer's own name for it are the same; they
  // are no referral, and their contact is the one that is made.
  'person-referring': {
    offers: [...personFields, ...referralFields, ...referrerFields, ...counterFields].filter(
      (field) => field !== 'referral_id' && field !== 'referrer_crm_id',
    ),
    offersCustom: true,
    objects: ['contact'],
    requires: [
      {
        code: 'referrer-first-name-not-mapped',
        anyOf: ['referrer_first_name', 'first_name'],
        message: 'Map Referrer First Name to a contact property.',
      },
      {
        code: 'referrer-email-not-mapped',
        anyOf: ['referrer_email', 'email'],
        property,
        message: 'Map Referrer Email to the contact property "email".',
      },
    ],
  },
  sync: {
    offers: [...counterFields, 'campaign_name'],
    offersCustom: false,
    objects: ['contact'],
    requires: [
      {
        code: 'referral-link-not-mapped',
        anyOf: ['referral_link'],
        message: 'Map Referral Link: without it HubSpot never shows the links.',
      },
    ],
  },
  'sync-in': { offers: personFields, offersCustom: true, objects: ['contact'], requires: [] },
};

/** The fields that a section's dropdown offers, custom ones apart. */
export const fieldsOf = (section: MappingSection): readonly MappableField[] =>
  mappingSections[section].offers;
