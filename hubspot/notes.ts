import { z } from 'zod';
import { idSchema } from './crm-record.ts';
import type { CrmObjectType, HubSpot } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';

/** HubSpot's own association types from a note to a record (developer docs, read 2026-11-24). */
const noteTo = { contact: 202, deal: 214 } as const satisfies Record<CrmObjectType, number>;

const madeSchema = z.object({ id: idSchema });

export function notes({ call, paths }: PortalAccess): HubSpot['notes'] {
  return {
    async create({ text, at, about }) {
      const body = {
        properties: { hs_timestamp: at, hs_note_body: asHtml(text) },
        associations: about.map(({ objectType, id }) => ({
          to: { id },
          types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: noteTo[objectType] }],
        })),
      };
      const path = paths('objects', 'notes');
      return (await call({ method: 'POST', path, body, schema: madeSchema, repeatable: false })).id;
    },
  };
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '<br>',
};

/** HubSpot shows a note's body as HTML; names that people typed must stay text. */
const asHtml = (text: string): string => text.replaceAll(/[&<>"\n]/g, (sign) => escapes[sign] ?? sign);
