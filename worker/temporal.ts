/** How the worker reaches Temporal as a client: starts and nudges, by the policies of the contract. */
import {
  Client,
  Connection,
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/client';
import {
  defineSearchAttributeKey,
  type SearchAttributePair,
  TypedSearchAttributes,
} from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Attributes, Nudge, WorkflowStart, WorkflowType } from '../workflows/contract.ts';
import { nudgedSignal, startPolicies, taskQueues } from '../workflows/contract.ts';

const attributeKeys = ['WorkspaceId', 'CampaignId', 'ConnectionId'] as const;

/** Temporal's own variables and profiles say where the server is, its namespace and its keys. */
export type TemporalEnvironment = Record<string, string | undefined>;

export function temporalConnection(env: TemporalEnvironment) {
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ overrideEnvVars: given });
  return { connectionOptions, namespace };
}

/** Connects lazily, so that a worker can start before the server does. */
export function temporalClient(env: TemporalEnvironment): Client {
  const { connectionOptions, namespace } = temporalConnection(env);
  return new Client({ connection: Connection.lazy(connectionOptions), namespace });
}

/** Our search attributes exist; safe to repeat, and no error where an operator must make them (Temporal Cloud). */
export async function ensureSearchAttributes(client: Client): Promise<'registered' | 'not-permitted'> {
  const keyword = 2;
  try {
    await client.connection.operatorService?.addSearchAttributes({
      namespace: client.options.namespace,
      searchAttributes: Object.fromEntries(attributeKeys.map((name) => [name, keyword])),
    });
    return 'registered';
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === grpc.alreadyExists) return 'registered';
    if (
      isGrpcServiceError(error) &&
      (error.code === grpc.permissionDenied || error.code === grpc.unimplemented)
    ) {
      return 'not-permitted';
    }
    throw error;
  }
}

const grpc = { invalidArgument: 3, alreadyExists: 6, permissionDenied: 7, unimplemented: 12 } as const;

export type Delivery = 'delivered' | 'closed';

/**
 * A start that finds its workflow is done; `closed` says that it ended and is never started again. Where a later run
 * may follow, the start is a signal as well: a bare start that meets a run which is just closing would be swallowed by
 * it, while a signal makes it look once more.
 */
export async function startWorkflow(client: Client, start: WorkflowStart): Promise<Delivery> {
  if (startPolicies[start.workflowType] === 'again') return nudgeWorkflow(client, start, { kind: 'order' });
  return unlessClosed(() => client.workflow.start(start.workflowType, startOptions(start)));
}

/** Signals the workflow, starting it with the same input where its start has not arrived yet. */
export async function nudgeWorkflow(client: Client, start: WorkflowStart, nudge: Nudge): Promise<Delivery> {
  return unlessClosed(() =>
    client.workflow.signalWithStart(start.workflowType, {
      ...startOptions(start),
      signal: nudgedSignal,
      signalArgs: [nudge],
    }),
  );
}

/** True when the failure is the row's own; anything else means that Temporal is away. The client wraps what the server said. */
export function isOwnFault(error: unknown): boolean {
  const said = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(said)
    ? said.code === grpc.invalidArgument
    : said instanceof TypeError || said instanceof RangeError;
}

async function unlessClosed(send: () => Promise<unknown>): Promise<Delivery> {
  try {
    await send();
    return 'delivered';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'closed';
    throw error;
  }
}

/** What the Temporal UI says about a run before anything else. */
const summaries = {
  referralLifecycle: 'One referral, from sign-up until it is settled',
  referrerEntry: 'A referrer who joined is brought into HubSpot',
  contactSync: 'Contacts of HubSpot get their referral links',
  connectionLifecycle: 'The connection to one HubSpot account',
} as const satisfies Record<WorkflowType, string>;

function startOptions({ workflowType, workflowId, input }: WorkflowStart) {
  const once = startPolicies[workflowType] === 'once';
  return {
    workflowId,
    staticSummary: summaries[workflowType],
    taskQueue: taskQueues.main,
    args: [input.args],
    typedSearchAttributes: typedAttributes(input.attributes),
    workflowIdReusePolicy: once ? ('REJECT_DUPLICATE' as const) : ('ALLOW_DUPLICATE' as const),
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
  };
}

function typedAttributes(attributes: Attributes): TypedSearchAttributes {
  const pairs = attributeKeys.flatMap((name): SearchAttributePair[] => {
    const value = attributes[name];
    return value === undefined ? [] : [{ key: defineSearchAttributeKey(name, 'KEYWORD'), value }];
  });
  return new TypedSearchAttributes(pairs);
}
