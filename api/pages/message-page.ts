import { html } from 'ghtml';
import { layout } from './layout.ts';

/** A page that says one thing. */
export const messagePage = ({
  tone,
  title,
  text,
  next,
}: {
  readonly tone: 'good' | 'neutral' | 'problem';
  readonly title: string;
  readonly text: string;
  /** Where one goes on from here. */
  readonly next?: { readonly href: string; readonly label: string };
}): string =>
  layout({
    title,
    body: html`<p class="badge ${tone}" aria-hidden="true">${marks[tone]}</p>
        <h1>${title}</h1>
        <p>${text}</p>!${next ? html`<p><a href="${next.href}">${next.label}</a></p>` : ''}`,
  });

const marks = { good: '✓', neutral: 'i', problem: '!' } as const;

export const notOpenPage = (): string =>
  messagePage({
    tone: 'neutral',
    title: 'This campaign is not open',
    text: 'It has not started yet, is paused, or is over. Please ask the person or company who gave you this link.',
  });

export const unknownPage = (): string =>
  messagePage({
    tone: 'neutral',
    title: 'We do not know this link',
    text: 'A letter may be missing or wrong. Please check the link, or ask the person who shared it with you.',
  });
