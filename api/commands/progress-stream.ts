import { Readable } from 'node:stream';
import { sha256 } from '../api-key.ts';
import type { Follower } from './sync-feed.ts';
import { isSyncStateOver, type SyncState } from './sync-state.ts';

const kinds = ['run', 'ongoing'] as const;
type Kind = (typeof kinds)[number];

/** What a client has seen, by version; it gives it back as `Last-Event-ID` when it connects again. */
export type Seen = Readonly<Record<Kind, string>>;

/** The version of what is not there. */
const nothing = '-';
export const nothingSeen: Seen = { run: nothing, ongoing: nothing };

/** Of whatever else a client sends as its last event's id nothing is known. */
export function seenUntil(lastEventId: string | undefined): Seen {
  const [, run, ongoing] = /^([0-9a-f]{12}|-)\.([0-9a-f]{12}|-)$/.exec(lastEventId ?? '') ?? [];
  return run && ongoing ? { run, ongoing } : nothingSeen;
}

/** Whether a client that has seen this much needs no further event and can expect none. */
export const hasSeenTheEnd = (seen: Seen, state: SyncState): boolean =>
  isSyncStateOver(state) && kinds.every((kind) => versionOf(state, kind) === seen[kind]);

/** How long a browser waits before it connects again. */
const retryMs = 2_000;

export interface ProgressStream extends Follower {
  readonly readable: Readable;
  /** Keeps proxies from closing a stream in which nothing happens. */
  readonly beat: () => void;
}

/**
 * Server-sent events (WHATWG HTML, §9.2): one `run` or `ongoing` event for each of the two that the client has not seen
 * as it is. Only the newest state waits for a slow reader, so that none of them costs memory. Ends by itself after the
 * event with which everything is over.
 */
export function progressStream(before: Seen): ProgressStream {
  let seen = before;
  let newest: SyncState | null = null;
  let hungry = false;
  let ended = false;
  const finish = () => {
    ended = true;
    readable.push(null);
  };
  const flush = () => {
    if (!hungry || newest === null || ended) return;
    const state = newest;
    newest = null;
    for (const kind of kinds) {
      const version = versionOf(state, kind);
      if (version === seen[kind]) continue;
      seen = { ...seen, [kind]: version };
      const id = `${seen.run}.${seen.ongoing}`;
      hungry = readable.push(`id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(state[kind])}\n\n`);
    }
    if (isSyncStateOver(state)) finish();
  };
  const readable = new Readable({
    read() {
      hungry = true;
      flush();
    },
  });
  readable.push(`retry: ${retryMs}\n\n`);
  return {
    readable,
    tell(state) {
      newest = state;
      flush();
    },
    beat() {
      if (hungry && !ended) hungry = readable.push(':\n\n');
    },
    end() {
      if (!ended) finish();
    },
  };
}

/** By content, so that it means the same in every process and after a restart. */
function versionOf(state: SyncState, kind: Kind): string {
  const view = state[kind];
  return view === null ? nothing : sha256(JSON.stringify(view)).slice(0, 12);
}
