import { html } from 'ghtml';
import { emptyForm, type FormState, form, personFields } from './form.ts';
import { layout } from './layout.ts';

interface Campaign {
  readonly name: string;
  readonly slug: string;
}

/** The campaign's join link: a person becomes a referrer. */
export const joinPage = ({ name, slug }: Campaign, state: FormState = emptyForm): string =>
  layout({
    title: `Join ${name}`,
    body: html`<p class="eyebrow">${name}</p>
        <h1>Get your referral link</h1>
        <p>Tell us who you are, and share the link you get with people you would recommend us to.</p>
        !${form({ action: `/join/${slug}`, fields: personFields, submit: 'Get my link', state })}`,
  });

/** The same for somebody new and for somebody who had joined before. */
export const joinedPage = ({ name }: Campaign, link: string): string =>
  layout({
    title: `Your link for ${name}`,
    body: html`<p class="eyebrow">${name}</p>
        <h1>Your referral link</h1>
        <p>Whoever signs up through it counts as referred by you.</p>
        <div class="link">
          <label for="link">Your link</label>
          <div class="row">
            <input id="link" value="${link}" readonly>
            <button type="button" data-copy="link">Copy</button>
          </div>
          <p class="hint" role="status" data-copied></p>
        </div>
        <h2>Share it</h2>
        <ul class="share">
          !${shares(name, link).map(({ label, href }) => html`<li><a href="${href}" rel="noopener noreferrer" target="_blank">${label}</a></li>`)}
        </ul>
        <script src="/assets/copy.js" defer></script>`,
  });

function shares(name: string, link: string): readonly { readonly label: string; readonly href: string }[] {
  const text = encodeURIComponent(`I recommend ${name}: ${link}`);
  const url = encodeURIComponent(link);
  return [
    { label: 'WhatsApp', href: `https://wa.me/?text=${text}` },
    { label: 'E-mail', href: `mailto:?subject=${encodeURIComponent(name)}&body=${text}` },
    { label: 'X', href: `https://x.com/intent/post?text=${text}` },
    { label: 'LinkedIn', href: `https://www.linkedin.com/sharing/share-offsite/?url=${url}` },
    { label: 'Facebook', href: `https://www.facebook.com/sharer/sharer.php?u=${url}` },
  ];
}
