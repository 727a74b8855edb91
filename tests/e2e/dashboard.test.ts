import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aDealCampaign, aPropertyCampaign, aSyncCampaign } from '../support/campaigns.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { accessibilityProblems, type Dashboard, openDashboard, ownerLink } from '../support/dashboard.ts';
import { afterSignUp, anEmail, type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';

const executable = findChromium();

describe.skipIf(executable === null)('the dashboard in a browser', () => {
  let product: Product;
  let browser: Browser;
  let dashboard: Dashboard;
  beforeAll(async () => {
    browser = await launchChromium(executable ?? '');
    product = await startProduct();
    dashboard = await openDashboard(browser, product);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  test('P16: the owner makes an account by a link, signs out, and signs in with the password', async () => {
    const page = await (await browser.newContext()).newPage();
    const email = anEmail('owner');
    await page.goto(await ownerLink(product.stack, { named: false }));
    // The token is out of the address before anybody could copy it.
    await page.waitForURL(/\/dashboard\/link$/);
    await page.getByLabel('Your name').fill('Second Owner');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: false }).first().fill('five words and a comma');
    await page.getByRole('button', { name: 'Make account' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('button', { name: /Second Owner/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await accessibilityProblems({ page, context: page.context() })).toEqual([]);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').first().fill('not this one at all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('do not belong together').waitFor();
    await page.getByLabel('Password').first().fill('five words and a comma');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await page.getByRole('button', { name: /Second Owner/ }).isVisible()).toBe(true);
    await page.context().close();
  });

  test('S9, S10, S12, S85: Settings → Integrations and Pixels shows the account, and Disconnect says what it means', async () => {
    const { page } = dashboard;
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('tab', { name: 'Integrations and Pixels' }).click();
    const tile = page.getByRole('region', { name: 'HubSpot' });
    await tile.getByText('Connected', { exact: true }).waitFor();
    expect(await tile.textContent()).toContain(product.portal.portalId);
    await tile.getByRole('button', { name: 'Disconnect' }).click();
    const dialog = page.getByRole('dialog', { name: 'Disconnect HubSpot?' });
    expect(await dialog.textContent()).toMatch(/no data moves either way.*stays in HubSpot and here/);
    expect(await accessibilityProblems(dashboard)).toEqual([]);
    await dialog.getByRole('button', { name: 'Disconnect' }).click();
    await tile.getByText('Disconnected', { exact: true }).waitFor();
    expect(await product.api.get('/hubspot')).toMatchObject({ status: 'disconnected' });
  });

  test('S11, S12, S88: Connect opens HubSpot’s consent in a pop-up; after “Connect app” the page shows success by itself, also in another session', async () => {
    const { page } = dashboard;
    const opened = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Connect again' }).click();
    const popUp = await opened;
    await popUp.getByRole('button', { name: 'Connect app' }).click();
    await popUp.getByRole('heading', { name: 'HubSpot is connected' }).waitFor();
    await popUp.close();
    await page.getByRole('region', { name: 'HubSpot' }).getByText('Connected', { exact: true }).waitFor();
    const other = await openDashboard(browser, product);
    await other.go('/settings/integrations');
    await other.page.getByRole('button', { name: 'Disconnect' }).waitFor();
    expect(await product.api.get('/hubspot')).toMatchObject({ status: 'active' });
    await other.context.close();
  });

  test('S8, S48 to S55, S61, S62, S66: a draft’s Person Invited is set by dropdowns of the live account, saved, and reopened as it was', async () => {
    const { page } = dashboard;
    await page.getByRole('link', { name: 'Campaigns' }).click();
    await page.getByRole('button', { name: 'New campaign' }).first().click();
    await page.getByLabel('Name').fill('Spring offer');
    expect(await accessibilityProblems(dashboard)).toEqual([]);
    await page.getByRole('button', { name: 'Create campaign' }).click();
    await page.getByRole('heading', { name: 'Spring offer' }).waitFor();
    const steps = page.getByRole('navigation', { name: 'Steps of the campaign' });
    await steps.getByRole('link', { name: 'Integrations' }).click();
    await page.getByRole('radio', { name: 'A contact property changes' }).click();
    await steps.getByRole('img', { name: 'something is missing' }).waitFor();
    await choose('Select the property that will change', 'Lead Status');
    await choose('Value at creation', 'New');
    await choose('Qualifying values', 'Connected');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.reload();
    await shows(select('Select the property that will change'), 'Lead Status');
    await shows(select('Value at creation'), 'New');
    await shows(select('HubSpot property for First Name'), 'First Name');
    await shows(select('HubSpot property for Email'), 'Email');
    expect((await campaignSetup('Spring offer'))['qualification']).toMatchObject({
      kind: 'contact-property',
      property: 'hs_lead_status',
      initialValue: 'NEW',
      qualifyingValues: ['CONNECTED'],
    });
  });

  test('S62: without Email Save is refused, the row says why, and nothing that was typed is lost by leaving', async () => {
    const { page } = dashboard;
    await choose('HubSpot property for Email', 'First Name', { exact: true });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Nothing was saved').waitFor();
    expect(await page.getByText('Map Email to the contact property').count()).toBeGreaterThan(0);
    await page.getByRole('link', { name: 'Users' }).click();
    await page.getByRole('heading', { name: 'Users' }).waitFor();
    await page.goBack();
    await page.getByText('Not saved yet').waitFor();
    await shows(select('HubSpot property for Email'), 'First Name');
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('Not saved yet').waitFor({ state: 'hidden' });
    await shows(select('HubSpot property for Email'), 'Email');
  });

  test('S35, S66: Refresh shows a property that was made a moment ago, and keeps what is typed', async () => {
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Add a row' }).first().click();
    await choose('Field', 'Campaign Name');
    await product.portal.makeProperties([
      { name: 'offer_name', label: 'Name of the offer', type: 'string', fieldType: 'text' },
    ]);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('HubSpot was read again').waitFor();
    await choose('HubSpot property for Campaign Name', 'Name of the offer');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').first().waitFor();
    const setup = await campaignSetup('Spring offer');
    expect(JSON.stringify(setup['personInvited'])).toContain('"offer_name"');
  });

  test('S69, S71 to S76: Person Referring is off until it is turned on, with its two mandatory rows', async () => {
    const { page } = dashboard;
    const toggle = page.getByRole('switch', { name: 'Send people who join to HubSpot' });
    expect(await toggle.isChecked()).toBe(false);
    await toggle.click({ force: true });
    await select('HubSpot property for Referrer First Name').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await eventually('the section is stored', async () => {
      const { personReferring } = (await campaignSetup('Spring offer')) as {
        personReferring: { action: string; mappings: object[] };
      };
      return personReferring.action === 'create-contact' && personReferring.mappings.length === 2;
    });
  });

  test('S77 to S83: a commission wants the sale value of the method’s own object; a change of the method makes the choice visibly invalid', async () => {
    const { page } = dashboard;
    const id = await aDealCampaign(product.api, { name: 'Commission' });
    await dashboard.go(`/campaigns/${id}/edit/rewards`);
    await shows(select('Object'), 'Deals');
    await shows(select('Property'), 'Amount');
    const steps = page.getByRole('navigation', { name: 'Steps of the campaign' });
    await steps.getByRole('link', { name: 'Integrations' }).click();
    await page.getByRole('radio', { name: 'A contact property changes' }).click();
    await steps.getByRole('link', { name: 'Rewards' }).click();
    await page.getByText('With the contact property method the sale value is read from contacts.').waitFor();
    await shows(select('Object'), 'Deals');
    await page.getByRole('button', { name: 'Take it away' }).click();
    await page.getByText('A share needs the sale value').waitFor();
    const marks = steps.getByRole('listitem').filter({ has: page.getByRole('img') });
    expect(await marks.allTextContents()).toContain('Rewards');
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  test('S25 to S28: the three doors lead to one wizard; at Users the campaign is chosen first', async () => {
    const { page } = dashboard;
    const id = await aSyncCampaign(product.api, { name: 'Doors' });
    const firstStep = page.getByRole('heading', { name: 'Which contacts?' });
    await dashboard.go('/users');
    await page.getByRole('button', { name: 'Add Users' }).first().click();
    await page.getByRole('menuitem', { name: 'Sync Your CRM Contacts' }).click();
    await choose('Campaign', 'Doors');
    await firstStep.waitFor();
    const address = page.url();
    await dashboard.go('/campaigns');
    await page.getByRole('link', { name: 'Sync Your Contacts: Doors' }).click();
    await firstStep.waitFor();
    expect(page.url()).toBe(address);
    await dashboard.go(`/campaigns/${id}/edit/promote`);
    await page
      .getByRole('link', { name: 'Generate referral links for your contacts by syncing them' })
      .click();
    await firstStep.waitFor();
    expect(page.url()).toBe(address);
  });

  test('S29, S31 to S36, S40: through the wizard, refused without Referral Link, Back keeps choices, and the run’s end shows', async () => {
    const { page } = dashboard;
    await product.portal.seed(30);
    const { id } = await product.api.post<{ id: string }>('/campaigns', { name: 'By the wizard' });
    await dashboard.go(`/sync?campaign=${id}`);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Add a row' }).click();
    await choose('Field', 'First Name');
    await choose('HubSpot property for First Name', 'First Name', { exact: true });
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Map Referral Link').waitFor();
    expect(await accessibilityProblems(dashboard)).toEqual([]);
    await page.getByRole('button', { name: 'Back' }).click();
    await shows(select('HubSpot property for First Name'), 'First Name');
    await page.getByRole('button', { name: 'Next' }).click();
    await choose('HubSpot property for Referral Link', 'Workshop link');
    await page.getByRole('button', { name: 'Next' }).click();
    expect(await page.getByRole('switch', { name: 'Keep it ongoing' }).isChecked()).toBe(false);
    await page.getByRole('button', { name: 'Start Sync' }).click();
    const run = page.getByRole('region', { name: 'Contact sync' });
    await run.getByText('Completed').waitFor({ timeout: 60_000 });
    const links = (await product.portal.contacts()).filter(({ properties }) => properties['workshop_link']);
    expect(links.length).toBeGreaterThan(20);
    expect(await run.textContent()).toContain(`${links.length}links written to HubSpot`);
  });

  test('E4, S33: a property that another campaign fills is refused where it was chosen; one click makes another, and a preview writes nothing', async () => {
    const { page } = dashboard;
    const { id } = await product.api.post<{ id: string }>('/campaigns', { name: 'Second links' });
    await dashboard.go(`/sync?campaign=${id}`);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    await choose('HubSpot property for Referral Link', 'Workshop link');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('Nothing was started').waitFor();
    await page.getByRole('button', { name: 'Make one for this campaign' }).click();
    await page.getByText('Nothing was started').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Preview' }).click();
    const run = page.getByRole('region', { name: 'Preview' });
    await run.getByText('Completed').waitFor({ timeout: 60_000 });
    await run.getByRole('table').getByText('New user').first().waitFor();
    expect((await product.api.get<{ items: object[] }>(`/referrers?campaignId=${id}`)).items).toEqual([]);
  });

  test('S39: under Promote the ongoing sync is turned on and off at once, without saving anything else', async () => {
    const { page } = dashboard;
    const id = await campaignId('By the wizard');
    const isOngoing = async () =>
      (await product.api.get<{ sync: { ongoing: boolean } }>(`/campaigns/${id}/hubspot`)).sync.ongoing;
    await dashboard.go(`/campaigns/${id}/edit/promote`);
    const toggle = page.getByRole('switch', { name: 'Ongoing sync' });
    await toggle.click({ force: true });
    await page.getByText('An ongoing sync watches for new contacts').waitFor();
    await expect.poll(isOngoing, { timeout: 20_000 }).toBe(true);
    await expect.poll(() => toggle.isEnabled(), { timeout: 20_000 }).toBe(true);
    await toggle.click({ force: true });
    await page.getByText('An ongoing sync watches for new contacts').waitFor({ state: 'hidden' });
    expect(await isOngoing()).toBe(false);
  });

  test('what somebody else saved meanwhile is not lost: other parts follow, and the same part is said to be in conflict', async () => {
    const { page } = dashboard;
    const id = await aPropertyCampaign(product.api, { name: 'Edited twice' });
    await dashboard.go(`/campaigns/${id}/edit/details`);
    await page.getByLabel('Expires after').fill('30');
    await product.api.put(`/campaigns/${id}/hubspot`, { rewards: [] });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('was edited meanwhile').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await product.api.get(`/campaigns/${id}`)).toMatchObject({ expiryDays: 30 });
    expect(await product.api.get(`/campaigns/${id}/hubspot`)).toMatchObject({ rewards: [] });
    await page.getByLabel('Expires after').fill('60');
    await product.api.patch(`/campaigns/${id}`, { name: 'Renamed by another' });
    await page.reload();
    await page.getByText('Somebody saved the details while you typed').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('heading', { name: 'Renamed by another' }).waitFor();
  });

  test('E1, E6: a referral’s page says why, tells its story, and leads to HubSpot and to Temporal', async () => {
    const { page } = dashboard;
    const approvalId = await aPropertyCampaign(product.api, {
      name: 'With approval',
      rewards: [
        { kind: 'fixed', amountMinor: 2_500, currency: 'USD', beneficiary: 'referrer', approval: 'manual' },
      ],
    });
    const email = await product.signUp(await product.referrer(approvalId));
    const referral = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    const contact = await product.contactOf(email);
    await dashboard.go('/referrals');
    await page.getByRole('table').getByText(email).waitFor();
    await dashboard.go(`/referrals/${referral.id}`);
    await page.getByText('Contact created in HubSpot').waitFor();
    const temporal = page.getByRole('link', { name: 'Run in Temporal' });
    expect(await temporal.getAttribute('href')).toContain(encodeURIComponent(`referral:${referral.id}`));
    const inHubSpot = page.getByRole('link', { name: 'Contact in HubSpot' });
    expect(await inHubSpot.getAttribute('href')).toContain(`/record/0-1/${contact.id}`);
    await product.portal.control.patch(`/portals/${product.portal.portalId}/contacts/${contact.id}`, {
      properties: { hs_lead_status: 'CONNECTED' },
      at: afterSignUp(referral),
    });
    const why = page.getByRole('region', { name: 'Why?' });
    await why.getByText(/which qualifies/).waitFor({ timeout: 60_000 });
    const rewards = page.getByRole('region', { name: 'Rewards' });
    await rewards.getByText('$25.00').waitFor();
    await rewards.getByText('To approve').waitFor();
  });

  test('P4: a reward is voided with a reason, which its list shows', async () => {
    const { page } = dashboard;
    await dashboard.go('/rewards?status=pending');
    await page.getByRole('table').getByRole('button', { name: 'Void' }).click();
    const dialog = page.getByRole('dialog', { name: 'Void this reward?' });
    expect(await accessibilityProblems(dashboard)).toEqual([]);
    await dialog.getByLabel('Reason').fill('Agreed otherwise with the customer');
    await dialog.getByRole('button', { name: 'Void' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await dashboard.go('/rewards?status=voided');
    await page.getByRole('table').getByText('Agreed otherwise with the customer').waitFor();
    const { items } = await product.api.get<{ items: { reason: string }[] }>('/rewards?status=voided');
    expect(items[0]?.reason).toBe('Agreed otherwise with the customer');
  });

  test('no script of the pages failed, and nothing was against their policy', () => {
    // What was refused on purpose is told by the browser as well.
    const expected = /status of (401|409|412|422)/;
    expect(dashboard.problems.filter((text) => !expected.test(text))).toEqual([]);
  });

  test('the first screen loads less than 300 KB of script, compressed', async () => {
    const shown = await openDashboard(browser, product);
    const scripts = new Set<string>();
    shown.page.on('response', (response) => {
      if (response.url().endsWith('.js')) scripts.add(response.url());
    });
    await shown.go('/');
    await shown.page.waitForLoadState('networkidle');
    await shown.context.close();
    const sizes = await Promise.all(
      [...scripts].map(async (url) => {
        const { headers, body } = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
        await body?.cancel();
        expect(headers.get('content-encoding')).toBe('gzip');
        expect(headers.get('cache-control')).toContain('immutable');
        return Number(headers.get('content-length'));
      }),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`first load: ${(total / 1024).toFixed(0)} KB of script in ${sizes.length} files`);
    expect(total).toBeGreaterThan(50_000);
    expect(total).toBeLessThan(300 * 1024);
  });

  test.each([
    { width: 1_280, colorScheme: 'light' },
    { width: 390, colorScheme: 'dark' },
  ] as const)(
    'no screen has an accessibility problem or scrolls sideways at $width px, $colorScheme',
    async (look) => {
      const shown = await openDashboard(browser, product, look);
      const { items } = await product.api.get<{ items: { id: string }[] }>('/referrals?limit=1');
      const campaign = await campaignId('Doors');
      const paths = [
        '/',
        '/campaigns',
        '/users',
        '/referrals',
        `/referrals/${items[0]?.id}`,
        '/rewards',
        '/activity',
        '/settings',
        '/settings/integrations',
        `/sync?campaign=${campaign}`,
        ...['details', 'rewards', 'pages', 'integrations', 'promote'].map(
          (step) => `/campaigns/${campaign}/edit/${step}`,
        ),
      ];
      const found: string[] = [];
      for (const path of paths) {
        await shown.go(path);
        await shown.page.waitForLoadState('networkidle');
        found.push(...(await accessibilityProblems(shown)).map((problem) => `${path} ${problem}`));
        const overflow = await shown.page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        if (overflow !== 0) found.push(`${path} scrolls sideways by ${overflow}`);
      }
      expect(found).toEqual([]);
      await shown.context.close();
    },
  );

  async function choose(label: string, option: string, { exact = false } = {}): Promise<void> {
    await select(label).click();
    await dashboard.page.getByRole('option', { name: option, exact }).first().click();
  }

  /** A select is empty until HubSpot's names for its values are there. */
  const shows = (field: Locator, value: string) =>
    expect.poll(() => field.inputValue(), { timeout: 10_000 }).toBe(value);

  const select = (label: string) => dashboard.page.getByRole('combobox', { name: label, exact: true }).last();

  async function campaignId(name: string): Promise<string> {
    const { items } = await product.api.get<{ items: { id: string; name: string }[] }>(
      '/campaigns?limit=100',
    );
    return items.find((campaign) => campaign.name === name)?.id ?? '';
  }

  const campaignSetup = async (name: string) =>
    product.api.get<{ [part: string]: unknown }>(`/campaigns/${await campaignId(name)}/hubspot`);
});
