import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../../db/client.ts';
import { syncChannel } from '../../db/queries/sync-runs.ts';
import { Problem } from '../problem.ts';
import { type CampaignAddress, readSyncState, type SyncState } from './sync-state.ts';

/** Whoever follows a campaign's sync. */
export interface Follower {
  /** The state as it is now; again after each change of it, and from time to time without one. */
  readonly tell: (state: SyncState) => void;
  /** No more will be told, for the process is closing. */
  readonly end: () => void;
}

export interface SyncFeed {
  /** Throws a problem when the workspace has too many followers. The answer stops the following; it may be called twice. */
  follow(address: CampaignAddress, follower: Follower): () => void;
  close(): void;
}

/** At most two looks a second at a campaign, however fast its run is and however many follow it. */
const lookGapMs = 500;
/** What is counted is counted from rows: where there are very many of them, looking takes at most a fifth of the time. */
const gapPerLookMs = 4;
/** A notification can be lost with its connection; a look without one bounds what that costs. */
const unaskedLookMs = 15_000;
/** Followers of one workspace in one process. */
const mostFollowers = 20;

/**
 * The progress of syncs for all who follow it: one LISTEN per process, made with the first follower; one look per
 * campaign, told to all its followers.
 */
export function syncFeed({ database, log }: { database: Database; log: FastifyBaseLogger }): SyncFeed {
  const topics = new Map<string, Topic>();
  const followersOf = new Map<string, number>();
  let listening = false;
  let closed = false;

  const listen = () => {
    if (listening) return;
    listening = true;
    const notified = (campaignId?: string) => {
      for (const [id, topic] of topics) if (campaignId === undefined || campaignId === id) topic.wake();
    };
    // The driver keeps trying by itself, and calls back when it has succeeded.
    database.listen(syncChannel, notified).catch((error: unknown) => {
      log.warn({ err: error }, 'the progress of syncs is looked at now and then until PostgreSQL listens');
    });
  };

  return {
    follow({ workspaceId, campaignId }, follower) {
      if (closed) throw new Problem(503, 'This process is closing. Connect again.');
      const count = followersOf.get(workspaceId) ?? 0;
      if (count >= mostFollowers) {
        throw new Problem(
          429,
          `${mostFollowers} streams of this workspace are open. Close one, or read the run: GET …/sync.`,
        );
      }
      listen();
      followersOf.set(workspaceId, count + 1);
      const look = () => readSyncState(database, { workspaceId, campaignId });
      const topic = topics.get(campaignId) ?? startTopic(look, log);
      topics.set(campaignId, topic);
      topic.followers.add(follower);
      topic.wake();
      return () => {
        if (!topic.followers.delete(follower)) return;
        const left = (followersOf.get(workspaceId) ?? 1) - 1;
        if (left > 0) followersOf.set(workspaceId, left);
        else followersOf.delete(workspaceId);
        if (topic.followers.size > 0) return;
        topic.stop();
        if (topics.get(campaignId) === topic) topics.delete(campaignId);
      };
    },
    close() {
      closed = true;
      for (const { followers } of topics.values()) for (const follower of followers) follower.end();
    },
  };
}

interface Topic {
  readonly followers: Set<Follower>;
  /** Something may have changed. */
  wake(): void;
  stop(): void;
}

/** Looks when woken, one look at a time; what wakes it during a look or soon after causes one more. */
function startTopic(look: () => Promise<SyncState>, log: FastifyBaseLogger): Topic {
  const followers = new Set<Follower>();
  let timer: NodeJS.Timeout | undefined;
  let busy = false;
  let woken = false;
  let stopped = false;

  const lookAgainIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void tellAll(), ms).unref();
  };
  const tellAll = async () => {
    busy = true;
    woken = false;
    const began = performance.now();
    try {
      const state = await look();
      for (const follower of followers) follower.tell(state);
    } catch (error) {
      // PostgreSQL is away; listening again wakes us, and so does time.
      log.warn({ err: error }, 'the progress of a sync could not be read');
    }
    if (stopped) return;
    // Until the gap is over it stays busy, so that a burst of pages is one look.
    const gapMs = Math.max(lookGapMs, (performance.now() - began) * gapPerLookMs);
    timer = setTimeout(() => {
      busy = false;
      if (woken) void tellAll();
      else lookAgainIn(unaskedLookMs);
    }, gapMs).unref();
  };

  return {
    followers,
    wake() {
      woken = true;
      if (!busy && !stopped) {
        clearTimeout(timer);
        void tellAll();
      }
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
