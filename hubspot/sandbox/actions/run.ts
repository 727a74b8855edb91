/** One execution of a workflow action. */

export type RunState =
  /** To be sent, or on the wire. */
  | 'pending'
  | 'sending'
  /** Parked until the app completes it, or until `expiresAt`. */
  | 'blocked'
  | 'succeeded'
  | 'failed'
  /** Parked for too long: the workflow went on without it. */
  | 'expired';

export type OutputFields = Readonly<Record<string, unknown>>;

/** What the app is sent, but for the id under which it may complete the run. */
export interface ActionRequest {
  readonly origin: {
    readonly portalId: number;
    readonly actionDefinitionId: number;
    readonly actionDefinitionVersion: number;
  };
  readonly context: { readonly source: 'WORKFLOWS'; readonly workflowId: number };
  readonly object: {
    readonly objectId: number;
    readonly objectType: string;
    readonly properties: Readonly<Record<string, string | null>>;
  };
  readonly inputFields: Readonly<Record<string, string>>;
}

export interface ActionRun {
  readonly n: number;
  readonly callbackId: string;
  readonly appId: string;
  readonly portalId: number;
  readonly definitionId: number;
  readonly request: ActionRequest;
  readonly state: RunState;
  /** 0 for the first try. */
  readonly attempt: number;
  readonly retryDelaysMs: readonly number[];
  /** The answer to the last try; null before it, or when none came. */
  readonly status: number | null;
  readonly output: OutputFields;
}

/** As the file holds it. */
export interface RunRow {
  n: number;
  callback_id: string;
  app_id: string;
  portal_id: number;
  definition_id: number;
  request: string;
  state: RunState;
  attempt: number;
  retry_delays_ms: string;
  status: number | null;
  output: string;
}

export const runFromRow = (row: RunRow): ActionRun => ({
  n: row.n,
  callbackId: row.callback_id,
  appId: row.app_id,
  portalId: row.portal_id,
  definitionId: row.definition_id,
  request: JSON.parse(row.request) as ActionRequest,
  state: row.state,
  attempt: row.attempt,
  retryDelaysMs: JSON.parse(row.retry_delays_ms) as number[],
  status: row.status,
  output: JSON.parse(row.output) as OutputFields,
});
