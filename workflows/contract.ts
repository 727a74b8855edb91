/**
 * The front door of `workflows/`: task queues, workflow ids, inputs, results, the one signal and the timeouts. Whoever
 * starts or nudges a workflow imports this and nothing else, so it stays free of the workflow runtime.
 */
import { toPublicId } from '../domain/id.ts';

export const taskQueues = {
  /** Workflows, and activities that only ask our own database. */
  main: 'vouchflow',
  /** Activities that call HubSpot; at most eight at a time per worker, and waiting for a turn costs no action. */
  hubspot: 'vouchflow-hubspot',
  /** Slices of contact syncs: minutes long, hence not in the way of the eight. */
  slices: 'vouchflow-slices',
} as const;

/** The one signal of every workflow type. It says that something may have changed, never what is now true. */
export const nudgedSignal = 'nudged';

export interface Nudge {
  /** `crm` HubSpot changed something · `order` a person wants something · `connection` connected or disconnected. */
  readonly kind: 'crm' | 'order' | 'connection' | 'reconcile';
  /** For the engineer who reads the history: the inbox row, object and property that caused it. */
  readonly inboxId?: string;
  readonly objectId?: string;
  readonly property?: string;
}

export interface ReferralInput {
  readonly v: 1;
  readonly workspaceId: string;
  readonly referralId: string;
  /** Set by continue-as-new: a nudge that nobody has looked at yet. */
  readonly dirty?: boolean;
}

export interface ReferrerInput {
  readonly v: 1;
  readonly workspaceId: string;
  readonly referrerId: string;
}

export interface ContactSyncInput {
  readonly v: 1;
  readonly workspaceId: string;
  readonly campaignId: string;
  readonly syncRunId: string;
  readonly dirty?: boolean;
}

export interface ConnectionInput {
  readonly v: 1;
  readonly workspaceId: string;
  readonly connectionId: string;
  readonly epoch: number;
  readonly dirty?: boolean;
}

/** Search attributes, set at start (free) and never changed; PostgreSQL answers what a status is. */
export interface Attributes {
  readonly WorkspaceId: string;
  readonly CampaignId?: string;
  readonly ConnectionId?: string;
}

export type WorkflowType = 'referralLifecycle' | 'referrerEntry' | 'contactSync' | 'connectionLifecycle';

/** What the outbox keeps of a start, and what the relay starts or nudges. */
export interface WorkflowStart<Input = unknown> {
  readonly workflowType: WorkflowType;
  readonly workflowId: string;
  readonly input: { readonly args: Input; readonly attributes: Attributes };
}

/**
 * What a start may find under its id. `once`: a closed run is never started again. `again`: a closed run may be
 * followed by a new one, a running one takes the start over.
 */
export const startPolicies = {
  referralLifecycle: 'once',
  referrerEntry: 'again',
  contactSync: 'again',
  connectionLifecycle: 'again',
} as const satisfies Record<WorkflowType, 'once' | 'again'>;

interface Owned {
  readonly workspaceId: string;
}

export function referralWorkflow(
  row: Owned & { referralId: string; campaignId: string },
): WorkflowStart<ReferralInput> {
  const { workspaceId, referralId, campaignId } = row;
  return {
    workflowType: 'referralLifecycle',
    workflowId: `referral:${toPublicId('referral', referralId)}`,
    input: { args: { v: 1, workspaceId, referralId }, attributes: attributes({ workspaceId, campaignId }) },
  };
}

export function referrerWorkflow(
  row: Owned & { referrerId: string; campaignId: string },
): WorkflowStart<ReferrerInput> {
  const { workspaceId, referrerId, campaignId } = row;
  return {
    workflowType: 'referrerEntry',
    workflowId: `referrer:${toPublicId('referrer', referrerId)}`,
    input: { args: { v: 1, workspaceId, referrerId }, attributes: attributes({ workspaceId, campaignId }) },
  };
}

export function contactSyncWorkflow(
  row: Owned & { campaignId: string; syncRunId: string; connectionId: string },
): WorkflowStart<ContactSyncInput> {
  const { workspaceId, campaignId, syncRunId, connectionId } = row;
  return {
    workflowType: 'contactSync',
    workflowId: `contact-sync:${toPublicId('campaign', campaignId)}`,
    input: {
      args: { v: 1, workspaceId, campaignId, syncRunId },
      attributes: attributes({ workspaceId, campaignId, connectionId }),
    },
  };
}

export function connectionWorkflow(
  row: Owned & { connectionId: string; epoch: number },
): WorkflowStart<ConnectionInput> {
  const { workspaceId, connectionId, epoch } = row;
  return {
    workflowType: 'connectionLifecycle',
    workflowId: `connection:${toPublicId('connection', connectionId)}`,
    input: {
      args: { v: 1, workspaceId, connectionId, epoch },
      attributes: attributes({ workspaceId, connectionId }),
    },
  };
}

function attributes(ids: { workspaceId: string; campaignId?: string; connectionId?: string }): Attributes {
  return {
    WorkspaceId: toPublicId('workspace', ids.workspaceId),
    ...(ids.campaignId && { CampaignId: toPublicId('campaign', ids.campaignId) }),
    ...(ids.connectionId && { ConnectionId: toPublicId('connection', ids.connectionId) }),
  };
}

/** One place for every timeout. HubSpot's own request timeout, 12 s, lies below the activities that contain it. */
export const timeouts = {
  hubspotActivity: {
    startToCloseTimeout: '45 s',
    retry: { initialInterval: '1 s', maximumInterval: '30 s' },
  },
  activity: { startToCloseTimeout: '15 s', retry: { initialInterval: '1 s', maximumInterval: '30 s' } },
  slice: {
    startToCloseTimeout: '2 min',
    heartbeatTimeout: '25 s',
    retry: { initialInterval: '1 s', maximumInterval: '30 s' },
  },
} as const;

/** Continue as new before history grows past this, or signals past that (the server's suggestion ignores signals). */
export const historyBounds = { events: 4_000, signals: 5_000 } as const;
