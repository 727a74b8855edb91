/** The properties that every portal has from the start: HubSpot's own, as far as a referral platform meets them. */
import type { ObjectType } from './object-types.ts';
import type { PropertyDefinition, PropertyOption } from './property.ts';

type Kind = 'text' | 'number' | 'date' | 'datetime' | 'select' | 'radio' | 'bool' | 'phone';

const kinds: Readonly<Record<Kind, Pick<PropertyDefinition, 'type' | 'fieldType'>>> = {
  text: { type: 'string', fieldType: 'text' },
  number: { type: 'number', fieldType: 'number' },
  date: { type: 'date', fieldType: 'date' },
  datetime: { type: 'datetime', fieldType: 'date' },
  select: { type: 'enumeration', fieldType: 'select' },
  radio: { type: 'enumeration', fieldType: 'radio' },
  bool: { type: 'bool', fieldType: 'booleancheckbox' },
  phone: { type: 'string', fieldType: 'phonenumber' },
};

const group: Readonly<Record<ObjectType, string>> = {
  contacts: 'contactinformation',
  deals: 'dealinformation',
};

type Options = Readonly<Record<string, string>>;

interface Standard {
  readonly kind: Kind;
  readonly label: string;
  readonly options?: Options;
  readonly readOnly?: boolean;
  /** Options that live elsewhere: owners, pipelines, stages. */
  readonly external?: 'OWNER' | 'PIPELINE' | 'STAGE';
}

const text = (label: string): Standard => ({ kind: 'text', label });
const readOnly = (kind: Kind, label: string): Standard => ({ kind, label, readOnly: true });

/** In the order in which a contact moves through them. */
const lifecycleStages: Options = {
  subscriber: 'Subscriber',
  lead: 'Lead',
  marketingqualifiedlead: 'Marketing Qualified Lead',
  salesqualifiedlead: 'Sales Qualified Lead',
  opportunity: 'Opportunity',
  customer: 'Customer',
  evangelist: 'Evangelist',
  other: 'Other',
};

const leadStatuses: Options = {
  NEW: 'New',
  OPEN: 'Open',
  IN_PROGRESS: 'In Progress',
  OPEN_DEAL: 'Open Deal',
  UNQUALIFIED: 'Unqualified',
  ATTEMPTED_TO_CONTACT: 'Attempted to Contact',
  CONNECTED: 'Connected',
  BAD_TIMING: 'Bad Timing',
};

const languages: Options = {
  en: 'English',
  de: 'German',
  es: 'Spanish',
  fr: 'French',
  hi: 'Hindi',
  it: 'Italian',
  ja: 'Japanese',
  nl: 'Dutch',
  pt: 'Portuguese',
  uk: 'Ukrainian',
  zh: 'Chinese',
};

/** The currencies that a portal here may have. */
const currencies: Options = {
  USD: 'US Dollar',
  EUR: 'Euro',
  GBP: 'British Pound',
  CHF: 'Swiss Franc',
  CAD: 'Canadian Dollar',
  AUD: 'Australian Dollar',
  INR: 'Indian Rupee',
  JPY: 'Japanese Yen',
};

const shared: Readonly<Record<string, Standard>> = {
  hubspot_owner_id: { kind: 'select', label: 'Owner', external: 'OWNER' },
  hs_object_id: readOnly('number', 'Record ID'),
  hs_object_source: readOnly('text', 'Record creation source'),
  hs_object_source_id: readOnly('text', 'Record creation source ID'),
  hs_merged_object_ids: readOnly('text', 'Merged record IDs'),
};

const contacts: Readonly<Record<string, Standard>> = {
  email: text('Email'),
  firstname: text('First Name'),
  lastname: text('Last Name'),
  phone: { kind: 'phone', label: 'Phone Number' },
  mobilephone: { kind: 'phone', label: 'Mobile Phone Number' },
  company: text('Company Name'),
  jobtitle: text('Job Title'),
  website: text('Website URL'),
  address: text('Street Address'),
  city: text('City'),
  state: text('State/Region'),
  zip: text('Postal Code'),
  country: text('Country/Region'),
  hs_language: { kind: 'select', label: 'Preferred language', options: languages },
  lifecyclestage: { kind: 'radio', label: 'Lifecycle Stage', options: lifecycleStages },
  hs_lead_status: { kind: 'radio', label: 'Lead Status', options: leadStatuses },
  hs_additional_emails: text('Additional email addresses'),
  hs_pipeline: readOnly('text', 'Pipeline'),
  createdate: readOnly('datetime', 'Create Date'),
  lastmodifieddate: readOnly('datetime', 'Last Modified Date'),
  ...shared,
};

const deals: Readonly<Record<string, Standard>> = {
  dealname: text('Deal Name'),
  pipeline: { kind: 'select', label: 'Pipeline', external: 'PIPELINE' },
  dealstage: { kind: 'radio', label: 'Deal Stage', external: 'STAGE' },
  amount: { kind: 'number', label: 'Amount' },
  closedate: { kind: 'datetime', label: 'Close Date' },
  dealtype: {
    kind: 'radio',
    label: 'Deal Type',
    options: { newbusiness: 'New Business', existingbusiness: 'Existing Business' },
  },
  deal_currency_code: { kind: 'select', label: 'Currency', options: currencies },
  description: text('Deal Description'),
  amount_in_home_currency: readOnly('number', 'Amount in company currency'),
  hs_closed_amount: readOnly('number', 'Closed Deal Amount'),
  hs_closed_amount_in_home_currency: readOnly('number', 'Closed Deal Amount In Home Currency'),
  hs_is_closed: readOnly('bool', 'Is Deal Closed?'),
  hs_is_closed_won: readOnly('bool', 'Is Closed Won'),
  hs_deal_stage_probability: readOnly('number', 'Deal probability'),
  createdate: readOnly('datetime', 'Create Date'),
  hs_lastmodifieddate: readOnly('datetime', 'Last Modified Date'),
  ...shared,
};

const options = (labels: Options = {}): PropertyOption[] =>
  Object.entries(labels).map(([value, label], displayOrder) => ({
    label,
    value,
    displayOrder,
    hidden: false,
  }));

function definitions(type: ObjectType, table: Readonly<Record<string, Standard>>): PropertyDefinition[] {
  return Object.entries(table).map(([name, standard], displayOrder) => ({
    name,
    label: standard.label,
    description: '',
    groupName: group[type],
    ...kinds[standard.kind],
    options: standard.kind === 'bool' ? options({ true: 'True', false: 'False' }) : options(standard.options),
    displayOrder,
    hidden: false,
    formField: standard.readOnly !== true,
    hasUniqueValue: false,
    hubspotDefined: true,
    calculated: standard.readOnly === true && standard.kind !== 'text',
    readOnlyValue: standard.readOnly === true,
    ...(standard.external === undefined ? {} : { external: standard.external }),
  }));
}

export const currencyCodes: readonly string[] = Object.keys(currencies);

export const standardProperties: Readonly<Record<ObjectType, readonly PropertyDefinition[]>> = {
  contacts: definitions('contacts', contacts),
  deals: definitions('deals', deals),
};

export const standardGroups: Readonly<Record<ObjectType, { readonly name: string; readonly label: string }>> =
  {
    contacts: { name: group.contacts, label: 'Contact information' },
    deals: { name: group.deals, label: 'Deal information' },
  };
