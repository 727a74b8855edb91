import { html } from 'ghtml';
import { emptyForm, type FormField, type FormState, form, personFields } from './form.ts';
import { layout } from './layout.ts';
import { messagePage } from './message-page.ts';

const fields: readonly FormField[] = [
  ...personFields,
  { name: 'phone', label: 'Phone', type: 'tel', autocomplete: 'tel', required: false, maxLength: 40 },
];

const codeField: FormField = {
  name: 'code',
  label: 'Referral code',
  type: 'text',
  autocomplete: 'off',
  required: true,
  maxLength: 64,
};

export interface SignUpForm {
  readonly name: string;
  readonly action: string;
  /** For somebody who was told a code and came without a link. */
  readonly asksCode?: boolean;
}

/** Where a referral link leads unless the campaign names a page of its own. */
export const signUpPage = (
  { name, action, asksCode = false }: SignUpForm,
  state: FormState = emptyForm,
): string =>
  layout({
    title: name,
    body: html`<p class="eyebrow">You were invited</p>
        <h1>${name}</h1>
        <p>Leave your details, and we will be in touch.</p>
        !${form({ action, fields: asksCode ? [codeField, ...fields] : fields, submit: 'Sign up', state })}`,
  });

/** The same whatever was known about the person before. */
export const thankYouPage = (name: string): string =>
  messagePage({
    tone: 'good',
    title: 'Thank you',
    text: `Your sign-up for ${name} has arrived. You can close this page.`,
  });

/** Without a link that we know: the invitation can still be told by its code. */
export const inviteNeededPage = ({ name, slug }: { readonly name: string; readonly slug: string }): string =>
  layout({
    title: name,
    body: html`<p class="badge neutral" aria-hidden="true">i</p>
        <h1>${name}</h1>
        <p>Signing up here works through an invitation. Please open the link that you were given, or type its code.</p>
        !${form({ action: `/c/${slug}/sign-up`, fields: [codeField, ...fields], submit: 'Sign up', state: emptyForm })}`,
  });
