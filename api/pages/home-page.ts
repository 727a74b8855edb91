import { html } from 'ghtml';
import { layout } from './layout.ts';

/** What stands at the address itself: where an operator and an engineer go on from here. */
export const homePage = (temporalUiUrl: string | undefined): string => {
  const temporal = temporalUiUrl
    ? html`<li><a href="${temporalUiUrl}">Temporal UI</a>: every referral, sync and connection as a run that you can read</li>`
    : '';
  return layout({
    title: 'Vouchflow',
    body: html`<h1>Vouchflow is running</h1>
        <p>Campaigns have links of their own for the people who refer and sign up. From here you run them:</p>
        <ul>
          <li><a href="/dashboard/">Dashboard</a>: campaigns, HubSpot, referrals and rewards</li>
          <li><a href="/docs">API reference</a>: campaigns, contact sync, referrals and rewards</li>
          <li><a href="/openapi.json">OpenAPI document</a> for your own client</li>
          !${temporal}
        </ul>
        <p>The first API key is made by <code>npm run bootstrap -- --workspace "My company"</code>.</p>`,
  });
};
