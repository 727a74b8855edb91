/** Generated contacts: the same number and seed give the same people, in the scripts of many languages. */
import { setImmediate } from 'node:timers/promises';
import type { FilterBranch } from '../crm/list-filter.ts';
import { addMembers } from '../crm/list-members.ts';
import { createList } from '../crm/lists.ts';
import { createRecord } from '../crm/record-writes.ts';
import { seededRandom } from '../random.ts';
import type { World } from '../world.ts';
import { aPerson } from './seed-person.ts';

export interface SeedSummary {
  readonly contacts: number;
  readonly firstId: string;
  readonly lastId: string;
  readonly withoutEmail: number;
  /** Given in mixed case; HubSpot stores them in lower case. */
  readonly mixedCaseEmails: number;
  readonly secondaryEmails: number;
  /** An address that belongs to a contact as its secondary one, so that a create with it is a conflict. */
  readonly aSecondaryEmail: string | null;
  readonly staticListId: string;
  readonly activeListId: string;
}

/** So many are inserted between two looks at other requests. */
const sliceSize = 2000;
const spanMs = 2 * 365 * 86_400_000;
const staticListSize = 1000;

export async function seedContacts(
  world: World,
  portalId: number,
  { contacts, seed }: { contacts: number; seed: number },
): Promise<SeedSummary> {
  const random = seededRandom(seed);
  const actor = { kind: 'import', portalId } as const;
  const offset = advance(world, portalId, contacts);
  const begin = world.now() - spanMs;
  const counts = { withoutEmail: 0, mixedCaseEmails: 0, secondaryEmails: 0 };
  const sample: string[] = [];
  let firstId = 0;
  let lastId = 0;
  let aSecondaryEmail: string | null = null;
  for (let done = 0; done < contacts; done += sliceSize) {
    const size = Math.min(sliceSize, contacts - done);
    world.store.transaction(() => {
      for (let index = done; index < done + size; index += 1) {
        const person = aPerson(random, { number: offset + index + 1, seed });
        const at = begin + Math.floor((index / contacts) * spanMs);
        const { id } = createRecord(world, actor, 'contacts', { properties: person.properties, at });
        firstId ||= id;
        lastId = id;
        if (person.email === 'none') counts.withoutEmail += 1;
        if (person.email === 'mixed') counts.mixedCaseEmails += 1;
        if (person.secondary !== null) {
          counts.secondaryEmails += 1;
          aSecondaryEmail ??= person.secondary;
        }
        if (index % 3 === 0 && sample.length < staticListSize) sample.push(String(id));
      }
    });
    await setImmediate();
  }
  return {
    contacts,
    firstId: String(firstId),
    lastId: String(lastId),
    ...counts,
    aSecondaryEmail,
    ...seedLists(world, portalId, {
      from: offset + 1,
      sample,
    }),
  };
}

function seedLists(
  world: World,
  portalId: number,
  { from, sample }: { from: number; sample: readonly string[] },
) {
  const suffix = from === 1 ? '' : ` (from ${from})`;
  const customers: FilterBranch = {
    filterBranchType: 'OR',
    filters: [],
    filterBranches: [
      {
        filterBranchType: 'AND',
        filterBranches: [],
        filters: [
          {
            filterType: 'PROPERTY',
            property: 'lifecyclestage',
            operation: {
              operator: 'IS_ANY_OF',
              operationType: 'ENUMERATION',
              values: ['customer'],
              includeObjectsWithNoValueSet: false,
            },
          },
        ],
      },
    ],
  };
  return world.store.transaction(() => {
    const picked = createList(world, portalId, {
      name: `Hand-picked contacts${suffix}`,
      type: 'contacts',
      processingType: 'MANUAL',
      filterBranch: null,
    });
    addMembers(world, picked, sample);
    const active = createList(world, portalId, {
      name: `All customers${suffix}`,
      type: 'contacts',
      processingType: 'DYNAMIC',
      filterBranch: customers,
    });
    return { staticListId: String(picked.id), activeListId: String(active.id) };
  });
}

/** How many were seeded before, so that a second seeding makes other addresses. */
function advance(world: World, portalId: number, by: number): number {
  const before = world.store.next(portalId, 'seeded') - 1;
  world.store.run(
    "UPDATE sequences SET value = value + ? WHERE portal_id = ? AND name = 'seeded'",
    by - 1,
    portalId,
  );
  return before;
}
