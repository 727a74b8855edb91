import { type SeenRequest, scriptedServer } from '../../unit/hubspot/scripted-server.ts';

export interface IndexedRecord {
  readonly id: string;
  readonly modifiedAt: number;
  /** From when on the index shows it. */
  readonly visibleAt: number;
}

interface SearchBody {
  readonly filterGroups: [
    { readonly filters: readonly { operator: string; value: string; highValue?: string }[] },
  ];
}

/** A search index with quirks of its own: each record becomes visible at its own time, in no order. */
export async function scriptedIndex(records: IndexedRecord[]) {
  const clock = { now: 0 };
  const server = await scriptedServer(({ text }: SeenRequest) => {
    const [{ filters }] = (JSON.parse(text) as SearchBody).filterGroups;
    const window = filters.find(({ operator }) => operator === 'BETWEEN');
    const afterId = Number(filters.find(({ operator }) => operator === 'GT')?.value ?? 0);
    const found = records
      .filter(({ visibleAt }) => visibleAt <= clock.now)
      .filter(({ modifiedAt }) => modifiedAt >= Number(window?.value))
      .filter(({ modifiedAt }) => modifiedAt <= Number(window?.highValue))
      .filter(({ id }) => Number(id) > afterId)
      .toSorted((a, b) => Number(a.id) - Number(b.id));
    return { body: { total: found.length, results: found.slice(0, 200).map(view) } };
  });
  return { ...server, clock };
}

const view = ({ id, modifiedAt }: IndexedRecord) => ({
  id,
  properties: { hs_object_id: id },
  createdAt: new Date(0).toISOString(),
  updatedAt: new Date(modifiedAt).toISOString(),
  archived: false,
});
