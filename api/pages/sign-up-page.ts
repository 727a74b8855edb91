import { html } from 'ghtml';
import { emptyForm, type FormField, type FormState, form, personFields } from './form.ts';
import { layout } from './layout.ts';
import { messagePage } from './message-page.ts';

const fields: readonly FormField[] = [
  ...personFields,
  { name: 'phone', label: 'Phone', type: 'tel', autocomplete: 'tel', required: false, maxLength: 40 },
];

/** Where a referral link leads unless the campaign names a page of its own. */
export const signUpPage = (
  { name, code }: { readonly name: string; readonly code: string },
  state: FormState = emptyForm,
): string =>
  layout({
    title: name,
    body: html`<p class="eyebrow">You were invited</p>
        <h1>${name}</h1>
        <p>Leave your details, and we will be in touch.</p>
        !${form({ action: `/r/${code}/sign-up`, fields, submit: 'Sign up', state })}`,
  });

/** The same whatever was known about the person before. */
export const thankYouPage = (name: string): string =>
  messagePage({
    tone: 'good',
    title: 'Thank you',
    text: `Your sign-up for ${name} has arrived. You can close this page.`,
  });

export const inviteNeededPage = (name: string): string =>
  messagePage({
    tone: 'neutral',
    title: name,
    text: 'Signing up here works through an invitation link. Please open the link that you were given.',
  });
