import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { companyDomain, domainsOf, mailboxOf } from '../../domain/email-likeness.ts';
import {
  defaultFraudActions,
  type FraudFacts,
  findFraud,
  fraudActionsOf,
  fraudReason,
  fraudRules,
  ruleOfReason,
} from '../../domain/fraud.ts';
import { fraudSentence, whyReview } from '../../domain/fraud-story.ts';
import { visitorAddress } from '../../domain/visitor-address.ts';
import { fraudFacts, fraudSettings } from '../factories/fraud-facts.ts';

const people = (referrer: string | null, referred: string | null): Partial<FraudFacts> => ({
  referrer: { personId: 'referrer', email: referrer },
  referred: { personId: 'referred', email: referred },
});

/** Each rule with facts that meet it, and facts that nearly do. */
const cases = [
  ['self-referral-alias', people('rita@orchard.io', 'Rita+friend@orchard.io'), 'a plus tag'],
  ['self-referral-alias', people('rita.sand@gmail.com', 'r.itasand@gmail.com'), 'dots at Gmail'],
  ['self-referral-alias', people('ritasand@gmail.com', 'rita.sand+x@googlemail.com'), 'Gmail’s other name'],
  ['same-company-domain', people('rita@orchard.io', 'finn@ORCHARD.io'), 'one company'],
  ['same-company-domain', people('rita@bücher-laden.de', 'finn@xn--bcher-laden-thb.de'), 'one IDN'],
  ['same-ip', { referrersIp: true }, 'the referrer’s address'],
  ['same-device', { referrersDevice: true }, 'the referrer’s browser'],
  ['same-device', { sameDeviceReferralIds: ['other'] }, 'the browser of another referral'],
  ['disposable-email', { disposable: true }, 'a listed domain'],
  ['velocity', { recentSignUps: 6 }, 'one more than is usual'],
  ['existing-customer', { contact: { outcome: 'found', lifecycleStage: 'customer' } }, 'a customer'],
  ['existing-customer', { contact: { outcome: 'found', lifecycleStage: null } }, 'found, without a stage'],
  ['ring', { returnReferralIds: ['return'] }, 'A refers B and B refers A'],
] as const satisfies readonly (readonly [string, Partial<FraudFacts>, string])[];

const nearMisses = [
  ['dots elsewhere than at Gmail', people('rita.sand@orchard.fm', 'ritasand@mills.io')],
  ['the same name elsewhere', people('rita@orchard.io', 'rita+x@mills.io')],
  ['dots are part of the name outside Gmail', people('rita.sand@outlook.com', 'ritasand@outlook.com')],
  ['a tag is no name', people('+rita@hey.com', '+finn@hey.com')],
  ['a free-mail provider is no company', people('rita@yahoo.co.uk', 'finn@yahoo.co.uk')],
  ['a domain that ends alike', people('rita@orchard.io', 'finn@notorchard.io')],
  ['a name reserved for tests is no company', people('rita@shop.example', 'finn@shop.example')],
  ['somebody without an address', people(null, null)],
  ['as many sign-ups as are usual', { recentSignUps: 5 }],
  ['a contact that we made', { contact: { outcome: 'created', lifecycleStage: 'customer' } }],
  ['a lead that HubSpot had', { contact: { outcome: 'found', lifecycleStage: 'lead' } }],
  ['not in HubSpot yet', { contact: null }],
] as const satisfies readonly (readonly [string, Partial<FraudFacts>])[];

describe('P7: each rule', () => {
  test.each(cases)('%s is found: %3$s', (rule, facts) => {
    const found = findFraud(fraudFacts(facts), fraudSettings());
    expect(found.map((finding) => finding.rule)).toEqual([rule]);
    expect(found[0]?.severity).toBe(defaultFraudActions[rule]);
  });

  test('has a case', () => {
    expect([...new Set(cases.map(([rule]) => rule))]).toEqual([...fraudRules]);
  });

  test.each(nearMisses)('near miss: %s', (_, facts) => {
    expect(findFraud(fraudFacts(facts), fraudSettings())).toEqual([]);
  });

  test('says nothing when the campaign has it off, and holds when the campaign says so', () => {
    for (const [rule, facts] of cases) {
      const as = (action: 'off' | 'hold') =>
        findFraud(fraudFacts(facts), fraudSettings({ actions: fraudActionsOf({ [rule]: action }) }));
      expect(as('off')).toEqual([]);
      expect(as('hold').map(({ severity }) => severity)).toEqual(['hold']);
    }
  });

  test('leaves evidence of codes, ids and counts, and no address', () => {
    for (const [, facts] of cases) {
      for (const { evidence, rule } of findFraud(fraudFacts(facts), fraudSettings())) {
        expect(JSON.stringify(evidence)).not.toMatch(/@|rita|finn|orchard/i);
        const sentence = fraudSentence({ rule, evidence });
        expect(sentence).toMatch(/^[A-Z].*\.$/);
        expect(sentence).not.toMatch(/undefined|null|object|@/);
      }
    }
  });

  test('is told in a sentence with its counts', () => {
    const told = (facts: Partial<FraudFacts>) =>
      findFraud(fraudFacts(facts), fraudSettings()).map(fraudSentence).join();
    expect(told({ recentSignUps: 9 })).toBe(
      'The referrer brought 9 sign-ups within 60 minutes; 5 are usual in this campaign.',
    );
    expect(told({ sameDeviceReferralIds: ['a', 'b'] })).toContain('the browser of 2 other people');
    expect(told({ referrersDevice: true, sameDeviceReferralIds: ['a'] })).toContain(
      'own browser, and so did one other person',
    );
    expect(told(people('ritasand@gmail.com', 'rita.sand+x@googlemail.com'))).toContain(
      'by dots that Gmail ignores and Gmail’s other name and a plus address',
    );
  });
});

describe('the reason that a reward carries', () => {
  test('leads back to its rule, and no other reason does', () => {
    for (const rule of fraudRules) expect(ruleOfReason(fraudReason(rule))).toBe(rule);
    for (const reason of [null, 'fraud:', 'fraud:other', 'sale-value-empty'])
      expect(ruleOfReason(reason)).toBeNull();
  });

  test('is told in a sentence', () => {
    expect(whyReview({ status: 'needs_review', reason: 'fraud:ring' })).toContain(
      'Held back by the fraud check "ring"',
    );
    expect(whyReview({ status: 'voided', reason: 'fraud:ring' })).toContain('Voided');
    expect(whyReview({ status: 'needs_review', reason: 'sale-value-empty' })).toContain(
      'a person must name the amount',
    );
    expect(whyReview({ status: 'voided', reason: 'left-qualifying-value' })).toBeNull();
  });
});

describe('one mailbox', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
  const tag = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const sameMailbox = (a: string, b: string) => mailboxOf(a)?.mailbox === mailboxOf(b)?.mailbox;

  test('is reached whatever tag is added, and whatever the case', () => {
    fc.assert(
      fc.property(name, tag, (local, extra) => {
        expect(sameMailbox(`${local}@orchard.io`, `${local.toUpperCase()}+${extra}@Orchard.io`)).toBe(true);
      }),
    );
  });

  test('is reached at Gmail wherever the dots are, under both names', () => {
    fc.assert(
      fc.property(name, fc.array(fc.boolean(), { maxLength: 9 }), fc.boolean(), (local, dots, other) => {
        const dotted = Array.from(local, (letter, i) => (i > 0 && dots[i] ? `.${letter}` : letter)).join('');
        expect(sameMailbox(`${local}@gmail.com`, `${dotted}@${other ? 'googlemail' : 'gmail'}.com`)).toBe(
          true,
        );
      }),
    );
  });

  test('is one way of writing: the mailbox of a mailbox is itself', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        const mailbox = mailboxOf(email)?.mailbox ?? null;
        // A dot before a tag ends the name, which is then no address any more.
        expect(mailboxOf(mailbox)?.mailbox ?? mailbox).toBe(mailbox);
      }),
    );
  });

  test('is not reached from another name', () => {
    fc.assert(
      fc.property(name, name, tag, (one, other, extra) => {
        fc.pre(one !== other);
        for (const domain of ['gmail.com', 'orchard.io'])
          expect(sameMailbox(`${one}@${domain}`, `${other}+${extra}@${domain}`)).toBe(false);
      }),
    );
  });

  test.each([null, '', 'no-address', '@orchard.io'])('%s is none', (text) =>
    expect(mailboxOf(text)).toBeNull(),
  );
});

describe('a company’s domain', () => {
  test.each(['gmail.com', 'gmx.at', 'yahoo.co.jp', 'mail.ru', 'proton.me', 'a.example', 'example.com'])(
    '%s names none',
    (domain) => expect(companyDomain(`rita@${domain}`)).toBeNull(),
  );

  test.each(['orchard.io', 'mail.orchard.io', 'gmail.orchard.io', 'gmx-shop.at'])('%s names one', (domain) =>
    expect(companyDomain(`rita@${domain}`)).toBe(domain),
  );

  test('a list of domains is asked for the domain and those above it, but for no top-level one', () => {
    expect(domainsOf('x@a.b.orchard.io')).toEqual(['a.b.orchard.io', 'b.orchard.io', 'orchard.io']);
  });
});

describe('a visitor’s address', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
  ])('%s is compared as %s', (text, address) => expect(visitorAddress(text)).toBe(address));

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '::1',
    'fe80::1%eth0',
    'fd00::1',
    'x',
    '1.2.3',
    '1:2',
  ])('%s is nobody’s own', (text) => expect(visitorAddress(text)).toBeNull());

  test.each(['172.15.0.1', '172.32.0.1', '100.63.0.1', '100.128.0.1', '11.0.0.1'])(
    'near miss: %s is somebody’s',
    (text) => expect(visitorAddress(text)).toBe(text),
  );
});
