import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPropertyCampaign } from '../support/campaigns.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { anEmail, type Product, startProduct } from '../support/product.ts';

const executable = findChromium();

describe.skipIf(executable === null)('public pages in a browser', () => {
  let product: Product;
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(executable ?? '');
    product = await startProduct();
  });
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  test('S43 P9: a person joins, shares the link, and a friend who opens it signs up and is in HubSpot', async () => {
    const campaignId = await aPropertyCampaign(product.api, { name: 'Friends of the house' });
    const { slug } = await product.api.get<{ slug: string }>(`/campaigns/${campaignId}`);
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));

    await page.goto(`${product.stack.urls.app}/join/${slug}`);
    await page.getByLabel('First name').fill('Rhea');
    await page.getByLabel('E-mail').fill(anEmail('referrer'));
    await page.getByRole('button').first().click();
    const link = await page.locator('input[value*="/r/"]').inputValue();

    const friend = anEmail('friend');
    await page.goto(link);
    expect(page.url()).toContain('ref=');
    await page.getByLabel('First name').fill('Finn');
    await page.getByLabel('E-mail').fill(friend);
    await page.getByRole('button').first().click();
    await page.getByRole('heading').first().waitFor();
    await product.referral(friend, ({ enteredAt }) => enteredAt !== null);
    expect((await product.contactOf(friend)).properties['hs_lead_status']).toBe('NEW');
    expect(problems).toEqual([]);
    const clicks = await product.sql`select count(*)::int as n from clicks`;
    expect(clicks[0]?.['n']).toBe(1);
  });
});
