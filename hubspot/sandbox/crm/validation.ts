/** Turns the values of a write into what HubSpot stores, and collects every one that it refuses. */
import { invalidValues, type ValueProblem } from '../http/errors.ts';
import type { PropertyDefinition } from './property.ts';
import { normalEmail, type Values } from './record.ts';

export type GivenValues = Readonly<Record<string, string | number | boolean | null>>;

/** Values to be stored by property name; `''` empties a property. */
export type NewValues = Map<string, string>;

type Problem = Omit<ValueProblem, 'name'>;
type Checked = { readonly value: string } | { readonly problem: Problem };

const maxTextLength = 65_536;

/** Throws one VALIDATION_ERROR that names every refused value. `current` are the values of the record before. */
export function newValues(
  portalId: number,
  definitions: ReadonlyMap<string, PropertyDefinition>,
  { given, current = {} }: { given: GivenValues; current?: Values },
): NewValues {
  const values: NewValues = new Map();
  const problems: ValueProblem[] = [];
  for (const [name, raw] of Object.entries(given)) {
    const checked = check(definitions.get(name), name, {
      text: raw === null ? '' : String(raw),
      current: current[name],
    });
    if ('problem' in checked) problems.push({ name, ...checked.problem });
    else values.set(name, checked.value);
  }
  if (problems.length > 0) throw invalidValues(portalId, problems);
  return values;
}

function check(
  definition: PropertyDefinition | undefined,
  name: string,
  { text, current }: { text: string; current: string | undefined },
): Checked {
  if (definition === undefined) return refuse('PROPERTY_DOESNT_EXIST', `Property "${name}" does not exist`);
  if (definition.readOnlyValue) {
    return refuse('READ_ONLY_VALUE', `"${name}" is a read only property; its value cannot be set.`);
  }
  if (text === '') return { value: '' };
  if (name === 'email') return email(text);
  if (name === 'hs_additional_emails') return emails(text);
  return (checks[definition.type] ?? plainText)(text, definition, current);
}

const checks: Readonly<
  Record<string, (text: string, definition: PropertyDefinition, current: string | undefined) => Checked>
> = {
  string: plainText,
  number: (text) =>
    /^-?(\d+\.?\d*|\.\d+)$/.test(text.trim())
      ? { value: text.trim() }
      : refuse('INVALID_INTEGER', `${text} was not a valid number.`),
  bool: (text, definition) => option(text.toLowerCase(), definition),
  enumeration: (text, definition, current) =>
    definition.fieldType === 'checkbox' ? optionList(text, definition, current) : option(text, definition),
  date: (text) => {
    const at = instant(text);
    if (at === undefined) return refuse('INVALID_LONG', `${text} was not a valid long.`);
    const date = new Date(at).toISOString();
    return date.endsWith('T00:00:00.000Z')
      ? { value: date.slice(0, 10) }
      : refuse('INVALID_DATE', `${text} is at ${date.slice(11, 23)} UTC, not midnight!`);
  },
  datetime: (text) => {
    const at = instant(text);
    return at === undefined
      ? refuse('INVALID_LONG', `${text} was not a valid long.`)
      : { value: new Date(at).toISOString() };
  },
};

/** Epoch milliseconds of an ISO date or instant, or of epoch milliseconds written out. */
export function instant(text: string): number | undefined {
  const at = /^-?\d{5,}$/.test(text)
    ? Number(text)
    : /^\d{4}-\d\d-\d\d(T|$)/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  return Number.isNaN(new Date(at).getTime()) ? undefined : at;
}

function plainText(text: string): Checked {
  return text.length <= maxTextLength
    ? { value: text }
    : refuse('INVALID_STRING_LENGTH', `The value is longer than ${maxTextLength} characters.`);
}

function option(text: string, { options }: PropertyDefinition): Checked {
  if (options.some(({ value }) => value === text)) return { value: text };
  const allowed = options.map(({ value }) => value).join(', ');
  return refuse('INVALID_OPTION', `${text} was not one of the allowed options: [${allowed}]`);
}

/** Several options between semicolons; a leading one adds to what is there. */
function optionList(text: string, definition: PropertyDefinition, current: string | undefined): Checked {
  const chosen = text.split(';').filter(Boolean);
  for (const part of chosen) {
    const checked = option(part, definition);
    if ('problem' in checked) return checked;
  }
  const kept = text.startsWith(';') ? (current ?? '').split(';').filter(Boolean) : [];
  return { value: [...new Set([...kept, ...chosen])].join(';') };
}

function email(text: string): Checked {
  const value = normalEmail(text);
  return /^[^\s@;,]+@[^\s@;,]+\.[^\s@;,]+$/.test(value)
    ? { value }
    : refuse('INVALID_EMAIL', `Email address ${text} is invalid`);
}

function emails(text: string): Checked {
  const values: string[] = [];
  for (const part of text.split(';').filter((address) => address.trim() !== '')) {
    const checked = email(part);
    if ('problem' in checked) return checked;
    values.push(checked.value);
  }
  return { value: [...new Set(values)].join(';') };
}

const refuse = (code: string, message: string): Checked => ({ problem: { code, message } });
