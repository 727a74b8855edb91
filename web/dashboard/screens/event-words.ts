import { money } from '../parts/words.tsx';
import { texts } from '../texts.ts';

interface Event {
  readonly kind: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** An event of a referral's story as a person would tell it. */
export function eventText({ kind, facts }: Event): string {
  const { amountMinor, currency, reason, value } = facts;
  const told: Readonly<Record<string, string>> = texts.events;
  return [
    told[kind] ?? kind.replaceAll('-', ' '),
    typeof value === 'string' ? `“${value}”` : '',
    typeof amountMinor === 'number' && typeof currency === 'string' ? money(amountMinor, currency) : '',
    typeof reason === 'string' ? `(${reason.replaceAll('-', ' ')})` : '',
  ]
    .filter(Boolean)
    .join(' ');
}
