/** An operator at the dashboard of a running product, in a real browser. */
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { newSignInLink } from '../../api/sign-in-link.ts';
import { connectSystemDatabase } from '../../db/client.ts';
import { ensureOwner, latestWorkspace } from '../../db/queries/system/members.ts';
import type { Product } from './product.ts';

export interface Dashboard {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser's console and scripts complained of. */
  readonly problems: readonly string[];
  go(path: string): Promise<void>;
}

interface Look {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** Signed in to the product's workspace by a one-time link, as `npm start` prints it. */
export async function openDashboard(
  browser: Browser,
  { stack }: Pick<Product, 'stack'>,
  { width = 1_280, colorScheme = 'light' }: Look = {},
): Promise<Dashboard> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  const dashboard: Dashboard = {
    page,
    context,
    problems,
    async go(path) {
      await page.goto(`${stack.urls.app}/dashboard${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
  };
  await page.goto(await ownerLink(stack));
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return dashboard;
}

/** With `named: false` it makes an account instead of signing somebody in. */
export async function ownerLink(
  { urls, databases }: Product['stack'],
  { named = true }: { readonly named?: boolean } = {},
): Promise<string> {
  const database = connectSystemDatabase(databases.systemUrl);
  try {
    const workspaceId = (await latestWorkspace(database.system)) ?? '';
    const owner = { name: 'Olga Owner', email: 'olga@people.example', passwordHash: null };
    const userId = named ? (await ensureOwner(database.system, workspaceId, owner)).userId : null;
    return await newSignInLink(database, { publicUrl: urls.app, workspaceId, userId });
  } finally {
    await database.close();
  }
}

/** The rules of WCAG and of good practice that the page breaks, each with the first place where it does. */
export async function accessibilityProblems({
  page,
  context,
}: Pick<Dashboard, 'page' | 'context'>): Promise<string[]> {
  // By the debugger's way in: the page's policy lets no foreign script in, and must not be loosened for a test.
  const debugging = await context.newCDPSession(page);
  await debugging.send('Runtime.evaluate', { expression: axe.source });
  const { result } = await debugging.send('Runtime.evaluate', {
    expression:
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))',
    awaitPromise: true,
    returnByValue: true,
  });
  await debugging.detach();
  return result.value as string[];
}
