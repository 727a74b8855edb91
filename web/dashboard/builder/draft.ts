/** What is typed in the builder before it is saved: kept per campaign in this browser, so that leaving loses nothing. */
import type { Campaign, HubSpotSetup } from '../../../client/vouchflow.ts';
import { isBlank } from '../mapping/sections.ts';

export type Details = Pick<Campaign, 'name' | 'slug' | 'landingUrl' | 'expiryDays' | 'reversalDays'>;
export interface Draft {
  readonly details: Details;
  readonly setup: HubSpotSetup;
}

export function savedDraft(campaign: Campaign, setup: HubSpotSetup): Draft {
  const { name, slug, landingUrl, expiryDays, reversalDays } = campaign;
  return {
    details: { name, slug, landingUrl, expiryDays, reversalDays },
    setup: { ...setup, qualification: asTyped(setup.qualification) },
  };
}

/** Labels and types are read from HubSpot when the rule is saved; what is typed has none of them. */
function asTyped(rule: HubSpotSetup['qualification']): HubSpotSetup['qualification'] {
  switch (rule.kind) {
    case 'contact-property': {
      const { kind, property, initialValue, qualifyingValues } = rule;
      return { kind, property, initialValue, qualifyingValues };
    }
    case 'deal-stage': {
      const { kind, pipelineId, initialStageId, qualifyingStageIds } = rule;
      return { kind, pipelineId, initialStageId, qualifyingStageIds };
    }
    case 'manual':
      return rule;
  }
}

export type SetupPart = keyof HubSpotSetup;

/** The parts of the setup that differ from what is saved; only these are sent. */
export const changedParts = (draft: Draft, saved: Draft): readonly SetupPart[] =>
  (Object.keys(draft.setup) as SetupPart[]).filter((part) => !isSame(draft.setup[part], saved.setup[part]));

export const isSame = (a: unknown, b: unknown): boolean => ordered(a) === ordered(b);

const ordered = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? '';

/** Without the rows that were added and left empty. */
export function withoutBlankRows({ details, setup }: Draft): Draft {
  const { personInvited, personReferring, sync } = setup;
  const clean = (rows: typeof personInvited.mappings) => rows.filter((row) => !isBlank(row));
  return {
    details,
    setup: {
      ...setup,
      personInvited: { ...personInvited, mappings: clean(personInvited.mappings) },
      personReferring: { ...personReferring, mappings: clean(personReferring.mappings) },
      sync: { ...sync, mappingsIn: clean(sync.mappingsIn), mappingsOut: clean(sync.mappingsOut) },
    },
  };
}

export interface Kept {
  /** What was saved when it was typed. */
  readonly base: Draft;
  readonly draft: Draft;
}

export type Part = 'details' | SetupPart;

/**
 * A draft brought onto what is saved by now, when the sync wizard, another tab or another person saved meanwhile: parts
 * that were not typed in follow; one that both sides changed stays as typed, and is named.
 */
export function rebased({ base, draft }: Kept, saved: Draft): Kept & { readonly conflicts: readonly Part[] } {
  const isMine = (part: Part) => !isSame(partOf(draft, part), partOf(base, part));
  const isTheirs = (part: Part) => !isSame(partOf(saved, part), partOf(base, part));
  const parts: readonly Part[] = ['details', ...(Object.keys(saved.setup) as SetupPart[])];
  const mine = parts.filter(isMine);
  const conflicts = mine.filter(
    (part) => isTheirs(part) && !isSame(partOf(draft, part), partOf(saved, part)),
  );
  return { base: withParts(saved, base, conflicts), draft: withParts(saved, draft, mine), conflicts };
}

const partOf = ({ details, setup }: Draft, part: Part): unknown =>
  part === 'details' ? details : setup[part];

/** `onto` with these parts taken from `from`. */
function withParts(onto: Draft, from: Draft, parts: readonly Part[]): Draft {
  const setup = Object.fromEntries(
    parts.filter((part) => part !== 'details').map((part) => [part, from.setup[part]]),
  );
  return {
    details: parts.includes('details') ? from.details : onto.details,
    setup: { ...onto.setup, ...setup },
  };
}

const keyOf = (campaignId: string): string => `vouchflow-draft:${campaignId}`;

/** Storage may be full or closed off: then a draft lives as long as its page. */
export function keepDraft(campaignId: string, kept: Kept | null): void {
  try {
    if (kept) localStorage.setItem(keyOf(campaignId), JSON.stringify(kept));
    else localStorage.removeItem(keyOf(campaignId));
  } catch {
    // Nothing to do about it.
  }
}

export function keptDraft(campaignId: string): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(campaignId)) ?? 'null') as Kept | null;
    return kept?.draft?.setup?.sync && kept.base?.setup?.sync ? kept : null;
  } catch {
    return null;
  }
}
