/** How the generated client reaches the API: from a page of ours, by the session's cookie. */

export interface FieldProblem {
  /** Where in the request, such as `qualification.property`. */
  readonly field: string;
  readonly message: string;
  /** A request that would mend it; what it answers goes into the field. */
  readonly suggestion?: {
    readonly method: 'POST';
    readonly path: string;
    readonly body: Readonly<Record<string, unknown>>;
  };
}

/** What the API answered instead: problem details (RFC 9457). `status` 0: the API could not be reached. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly title: string;
  /** What to change, for people. */
  readonly detail: string;
  /** The id under which the logs know this request. */
  readonly instance: string;
  readonly errors: readonly FieldProblem[];

  constructor(problem: {
    readonly status: number;
    readonly title?: string;
    readonly detail?: string;
    readonly instance?: string;
    readonly errors?: readonly FieldProblem[];
  }) {
    super(problem.detail ?? '');
    this.status = problem.status;
    this.title = problem.title ?? '';
    this.detail = problem.detail ?? '';
    this.instance = problem.instance ?? '';
    this.errors = problem.errors ?? [];
  }
}

/** Throws `ApiProblem` for every answer that is no success, and when there is no answer. */
export async function request<T>(url: string, options: RequestInit = {}): Promise<T> {
  const response = await fetch(url, { credentials: 'same-origin', ...options }).catch(unreachable);
  const body = parsed(await response.text().catch(unreachable));
  if (!response.ok) throw new ApiProblem({ ...(body as object), status: response.status });
  return body as T;
}

function unreachable(error: unknown): never {
  if (error instanceof DOMException && error.name === 'AbortError') throw error;
  throw new ApiProblem({ status: 0 });
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
