/** Errors as the API answers them: problem details of RFC 9457. They say what to change and nothing internal. */
import { z } from 'zod';

export interface FieldProblem {
  /** Where in the request, such as `qualification.property`; empty for the request as a whole. */
  readonly field: string;
  readonly message: string;
  /** A request that would mend it, for one click. */
  readonly suggestion?: Suggestion;
}

const suggestion = z
  .object({
    method: z.literal('POST'),
    path: z.string().describe('below the address of this API, such as `/api/v1/hubspot/properties`'),
    body: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Suggestion' });
export type Suggestion = z.output<typeof suggestion>;

const problemSchema = z
  .object({
    type: z.string().describe('names the kind of problem; `about:blank` when the status says it all'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('what to change, for people'),
    instance: z.string().describe('the id of this request, as in the header `X-Request-Id` and in the logs'),
    errors: z
      .array(
        z.object({
          field: z.string(),
          message: z.string(),
          suggestion: suggestion
            .optional()
            .describe('a request that would mend it; what it answers goes into `field`'),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

export type ProblemDetails = z.output<typeof problemSchema>;

const titles: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'Not authenticated',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'This does not fit the present state',
  412: 'It was changed meanwhile',
  413: 'The request is too large',
  415: 'This content type is not read here',
  422: 'This cannot be saved as it is',
  429: 'Too many requests',
  500: 'Something went wrong on our side',
  502: 'HubSpot did not answer as it should',
  503: 'Not available for now',
};

/** Thrown by routes and commands; a transaction that it leaves changes nothing. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    more: {
      readonly errors?: readonly FieldProblem[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.status = status;
    this.detail = detail;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }
}

/** The same answer for what is not there, what is malformed and what belongs to somebody else. */
export const notFound = (what: string): Problem =>
  new Problem(404, `There is no such ${what} in this workspace.`);

/** Something about the content cannot be saved; each problem names its field. */
export const unprocessable = (errors: readonly FieldProblem[]): Problem =>
  new Problem(422, errors.map(({ message }) => message).join(' '), { errors });

export const connectFirst = (): Problem =>
  new Problem(409, 'No HubSpot account is connected. Connect HubSpot first: POST /api/v1/hubspot/connect.');

export const problemTitle = (status: number): string => titles[status] ?? 'The request failed';
