/** Small pieces of text that many screens show alike. */
import { Text, type TextProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { texts } from '../texts.ts';

export const Muted = ({ children, ...props }: TextProps & { readonly children: ReactNode }) => (
  <Text c="dimmed" size="sm" {...props}>
    {children}
  </Text>
);

interface Named {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
}

/** How a person is called: by name, else by address; an erased person has neither. */
export const nameOf = ({ firstName, lastName, email }: Named): string =>
  [firstName, lastName].filter(Boolean).join(' ') || email || texts.common.erased;

const instantFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** In the reader's own time zone; the exact instant is in the tooltip. */
export const When = ({ at, day = false }: { readonly at: string; readonly day?: boolean }) => (
  <time dateTime={at} title={at}>
    {(day ? dayFormat : instantFormat).format(new Date(at))}
  </time>
);

export const count = (n: number): string => n.toLocaleString();

/** Minor units as people read money; a dash where there is no amount yet. */
export function money(amountMinor: number | null, currency: string | null): string {
  if (amountMinor === null || currency === null) return '–';
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  return format.format(amountMinor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

export const minorDigits = (currency: string): number =>
  new Intl.NumberFormat(undefined, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
  2;
