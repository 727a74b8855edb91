import { type Cast, casts } from './seed-names.ts';

const lifecycle = [
  'subscriber',
  'lead',
  'lead',
  'marketingqualifiedlead',
  'salesqualifiedlead',
  'opportunity',
  'customer',
  'customer',
];
const leadStatus = ['NEW', 'OPEN', 'IN_PROGRESS', 'CONNECTED'];

export interface Person {
  readonly properties: Readonly<Record<string, string>>;
  readonly email: 'none' | 'plain' | 'mixed';
  readonly secondary: string | null;
}

/** One generated contact; `number` keeps its address from being anyone else's. */
export function aPerson(random: () => number, { number, seed }: { number: number; seed: number }): Person {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const cast: Cast = pick(casts);
  const [given, romanGiven] = pick(cast.given);
  const [family, romanFamily] = pick(cast.family);
  const chance = random();
  const email = chance < 0.02 ? 'none' : chance < 0.07 ? 'mixed' : 'plain';
  const local =
    email === 'mixed' ? `${romanGiven}.${romanFamily}` : `${romanGiven}.${romanFamily}`.toLowerCase();
  const address = `${local}.${number}@s${Math.abs(seed)}.example`;
  const secondary =
    email !== 'none' && random() < 0.01 ? `Second.${number}@S${Math.abs(seed)}.example` : null;
  const properties: Record<string, string> = {
    firstname: given,
    lastname: family,
    lifecyclestage: pick(lifecycle),
    hs_language: cast.language,
    country: cast.country,
    ...(email === 'none' ? {} : { email: address }),
    ...(secondary === null ? {} : { hs_additional_emails: secondary }),
    ...(random() < 0.4 ? { hs_lead_status: pick(leadStatus) } : {}),
    ...(random() < 0.3 ? { phone: `+1555${String(number % 10_000_000).padStart(7, '0')}` } : {}),
  };
  return { properties, email, secondary };
}
