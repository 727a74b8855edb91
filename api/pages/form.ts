import { html } from 'ghtml';
import type { FieldProblem } from '../problem.ts';

export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'email' | 'tel';
  readonly autocomplete: string;
  readonly required: boolean;
  readonly maxLength: number;
}

/** What was typed, to be shown again beside the problems. */
export interface FormState {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly FieldProblem[];
}

export const emptyForm: FormState = { values: {}, problems: [] };

export const personFields: readonly FormField[] = [
  {
    name: 'firstName',
    label: 'First name',
    type: 'text',
    autocomplete: 'given-name',
    required: true,
    maxLength: 100,
  },
  {
    name: 'lastName',
    label: 'Last name',
    type: 'text',
    autocomplete: 'family-name',
    required: false,
    maxLength: 100,
  },
  { name: 'email', label: 'E-mail', type: 'email', autocomplete: 'email', required: true, maxLength: 254 },
];

/** A form that works without any script; each problem stands under its field and is tied to it. */
export function form({
  action,
  fields,
  submit,
  state,
}: {
  readonly action: string;
  readonly fields: readonly FormField[];
  readonly submit: string;
  readonly state: FormState;
}): string {
  const loose = state.problems.filter(({ field }) => !fields.some(({ name }) => name === field));
  return html`<form method="post" action="${action}">
          !${loose.map(({ message }) => html`<p class="error" role="alert">${message}</p>`)}
          !${fields.map((field) => input(field, state))}
          <button type="submit">${submit}</button>
        </form>`;
}

function input(
  { name, label, type, autocomplete, required, maxLength }: FormField,
  { values, problems }: FormState,
): string {
  const problem = problems.find(({ field }) => field === name);
  const described = problem ? html`aria-invalid="true" aria-describedby="!${name}-problem"` : '';
  return html`<div class="field">
            <label for="${name}">${label}!${required ? '' : ' <span class="optional">optional</span>'}</label>
            <input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" maxlength="${maxLength}" value="${values[name] ?? ''}" !${required ? 'required' : ''} !${described}>
            !${problem ? html`<p class="error" id="${name}-problem">${problem.message}</p>` : ''}
          </div>`;
}
