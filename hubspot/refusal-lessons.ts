import type { HubSpotFailureDetail } from './failures.ts';
import type { RecordUpdate } from './gateway.ts';

/** What a refused row tells of others: without it a hundred rows with the same fault would cost two hundred calls. */
export interface RefusalLessons {
  learn(row: RecordUpdate, detail: HubSpotFailureDetail): void;
  /** Why HubSpot would refuse this row too, if that is known. */
  refusalOf(row: RecordUpdate): HubSpotFailureDetail | undefined;
}

/** Codes that condemn the property whatever its value; `INVALID_…` condemns the value; all others may lie in the record. */
const propertyCodes: ReadonlySet<string> = new Set(['PROPERTY_DOESNT_EXIST', 'READ_ONLY_VALUE']);

export function refusalLessons(): RefusalLessons {
  const learned = new Map<string, HubSpotFailureDetail>();
  return {
    learn(row, detail) {
      const { kind, property, code } = detail;
      if (kind !== 'invalid' || property === undefined || code === undefined) return;
      if (propertyCodes.has(code)) learned.set(property, detail);
      else if (code.startsWith('INVALID_')) learned.set(ofValue(property, row.properties[property]), detail);
    },
    refusalOf({ properties }) {
      for (const [property, value] of Object.entries(properties)) {
        const detail = learned.get(property) ?? learned.get(ofValue(property, value));
        if (detail !== undefined) return detail;
      }
      return undefined;
    },
  };
}

const ofValue = (property: string, value: string | null | undefined): string =>
  JSON.stringify([property, value ?? null]);
