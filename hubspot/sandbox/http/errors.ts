/** HubSpot's error bodies. `status: "error"` and the correlation id are added where the answer is sent. */

export interface ErrorDetail {
  readonly message: string;
  readonly code?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

export interface ErrorBody {
  readonly message: string;
  readonly category?: string;
  readonly subCategory?: string;
  readonly errors?: readonly ErrorDetail[];
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly [other: string]: unknown;
}

/** An answer other than success, thrown by any handler. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

export const invalid = (message: string, more: Partial<ErrorBody> = {}): ApiError =>
  new ApiError(400, { message, category: 'VALIDATION_ERROR', ...more });

/** HubSpot answers a numeric id that it does not have without a category, anything else as not even an id. */
export const recordNotFound = (id: string): ApiError =>
  /^\d+$/.test(id)
    ? new ApiError(404, { message: 'resource not found' })
    : new ApiError(404, {
        message: 'Object not found.  objectId are usually numeric.',
        context: { id: [id] },
        category: 'OBJECT_NOT_FOUND',
      });

export const notFound = (message: string): ApiError =>
  new ApiError(404, { message, category: 'OBJECT_NOT_FOUND' });

export const alreadyExists = (message: string): ApiError =>
  new ApiError(409, { message, category: 'OBJECT_ALREADY_EXISTS' });

/** The 409 of a taken e-mail. `existingId` rides along for a batch, which tells it elsewhere or not at all. */
export class ContactExists extends ApiError {
  readonly existingId: string;

  constructor(existingId: string) {
    super(409, { message: `Contact already exists. Existing ID: ${existingId}`, category: 'CONFLICT' });
    this.existingId = existingId;
  }
}

/** One property value that was refused. */
export interface ValueProblem {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** All refused values of one write at once: readable in `errors[]`, and as JSON inside the message. */
export function invalidValues(portalId: number, problems: readonly ValueProblem[]): ApiError {
  const told = problems.map(({ name, code, message }) => ({
    isValid: false,
    message,
    error: code,
    name,
    localizedErrorMessage: message,
    portalId,
  }));
  return invalid(`Property values were not valid: ${JSON.stringify(told)}`, {
    errors: problems.map(({ name, code, message }) => ({ message, code, context: { propertyName: [name] } })),
  });
}

export const missingScopes = (scopes: readonly string[]): ApiError =>
  new ApiError(403, {
    message:
      "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    errors: [
      {
        message: 'One or more of the following scopes are required.',
        context: { requiredGranularScopes: scopes },
      },
    ],
    links: { scopes: 'https://developers.hubspot.com/scopes' },
    category: 'MISSING_SCOPES',
  });
