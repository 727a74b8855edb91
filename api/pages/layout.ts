import { html } from 'ghtml';

/** One page around ready HTML; `title` is text and is escaped here. */
export function layout({ title, body }: { readonly title: string; readonly body: string }): string {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/vouchflow.css">
  </head>
  <body>
    <main>
      <div class="card">!${body}</div>
      <footer>Referrals by <strong>Vouchflow</strong></footer>
    </main>
  </body>
</html>
`;
}
