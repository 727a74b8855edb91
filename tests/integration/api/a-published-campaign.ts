import { v7 as newId } from 'uuid';
import type { Operator } from './api-under-test.ts';

export interface PublishedCampaign {
  readonly id: string;
  readonly slug: string;
  /** Makes a person a referrer: the code of their link, and their id. */
  referrer(email?: string): Promise<{ readonly code: string; readonly id: string; readonly email: string }>;
}

export async function aPublishedCampaign(
  operator: Operator,
  fields: object = {},
): Promise<PublishedCampaign> {
  const { body } = await operator.call('POST', '/campaigns', { name: 'Friends', ...fields });
  await operator.call('PATCH', `/campaigns/${body.id}`, { status: 'published' });
  return {
    id: body.id,
    slug: String(body['slug']),
    async referrer(email = anAddress('referrer')) {
      const made = await operator.call('POST', `/campaigns/${body.id}/referrers`, {
        firstName: 'Rita',
        email,
      });
      return { code: String(made.body['code']), id: made.body.id, email };
    },
  };
}

export const anAddress = (name: string): string => `${name}-${newId()}@people.example`;

export const aPerson = (email = anAddress('friend')) => ({ firstName: 'Finn', email });
