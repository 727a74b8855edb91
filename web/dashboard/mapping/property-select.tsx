import { Button, Select, Stack } from '@mantine/core';
import {
  type HubSpotProperty,
  useGetHubspotPropertiesByObject,
  usePostHubspotProperties,
} from '../../../client/vouchflow.ts';
import { problemText } from '../parts/problem-note.tsx';
import { texts } from '../texts.ts';
import { useRefresh } from './portal.ts';
import type { MappingRow } from './sections.ts';

type Target = Pick<MappingRow, 'objectType' | 'property'>;

interface PropertySelectProps {
  readonly label: string;
  readonly value: Target;
  readonly objects: readonly MappingRow['objectType'][];
  /** Offers only what can hold this field of ours; null offers everything that can be written. */
  readonly holds: string | null;
  /** Offers only what this field of ours can be filled from. */
  readonly fills?: string | undefined;
  readonly error?: string | undefined;
  readonly onChange: (target: Target) => void;
}

/** A dropdown of the connected account's own properties, live (S61). */
export function PropertySelect({
  label,
  value,
  objects,
  holds,
  fills,
  error,
  onChange,
}: PropertySelectProps) {
  const filter = { ...(holds && { for: holds }), ...(fills && { from: fills }) };
  const contacts = useGetHubspotPropertiesByObject('contacts', filter);
  const deals = useGetHubspotPropertiesByObject('deals', filter, {
    query: { enabled: objects.includes('deal') },
  });
  const writable = (properties: readonly HubSpotProperty[] | undefined) =>
    (properties ?? []).filter(({ readOnly }) => !readOnly || fills !== undefined);
  const options = (object: 'contact' | 'deal', properties: readonly HubSpotProperty[]) =>
    properties.map((property) => ({ value: `${object}/${property.name}`, label: property.label }));
  const chosen = value.property === '' ? null : `${value.objectType}/${value.property}`;
  const groups = [
    { group: texts.mapping.contactProperties, items: options('contact', writable(contacts.data?.items)) },
    ...(objects.includes('deal')
      ? [{ group: texts.mapping.dealProperties, items: options('deal', writable(deals.data?.items)) }]
      : []),
  ];
  // A property that was deleted or does not fit any more stays visible, so that somebody can choose another one.
  const known = groups.some(({ items }) => items.some((item) => item.value === chosen));
  const missing =
    chosen !== null && !known && contacts.data
      ? [{ group: texts.mapping.notOffered, items: [{ value: chosen, label: value.property }] }]
      : [];
  return (
    <Stack gap={4}>
      <Select
        aria-label={label}
        placeholder={contacts.isPending ? texts.common.loading : texts.mapping.chooseProperty}
        data={[...groups, ...missing]}
        value={chosen}
        searchable
        clearable
        maxDropdownHeight={280}
        limit={200}
        error={error ?? (contacts.isError ? problemText(contacts.error) : undefined)}
        onChange={(choice) => onChange(targetOf(choice))}
      />
      {chosen === null && holds && <CreateProperty field={holds} onMade={onChange} />}
    </Stack>
  );
}

function targetOf(choice: string | null): Target {
  const [objectType, property = ''] = (choice ?? 'contact/').split('/');
  return { objectType: objectType === 'deal' ? 'deal' : 'contact', property };
}

/** Fields that HubSpot has no property for by itself (S22). */
const ours = /^(referral_link|number_|reward_earned|join_date|referrer_|code$|link$|campaign_name|source$)/;

interface CreatePropertyProps {
  readonly field: string;
  readonly onMade: (target: Target) => void;
}

function CreateProperty({ field, onMade }: CreatePropertyProps) {
  const { refresh } = useRefresh();
  const create = usePostHubspotProperties({
    mutation: {
      onSuccess: async ({ items }) => {
        await refresh();
        const made = items[0];
        if (made) onMade({ objectType: 'contact', property: made.property.name });
      },
    },
  });
  if (!ours.test(field)) return null;
  return (
    <div>
      <Button
        size="compact-xs"
        variant="subtle"
        loading={create.isPending}
        onClick={() => create.mutate({ data: { fields: [field] } })}
      >
        {texts.mapping.create}
      </Button>
      {create.isError && (
        <div role="alert" className="vf-error">
          {problemText(create.error)}
        </div>
      )}
    </div>
  );
}
