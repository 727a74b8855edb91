/** What this process has seen of portals and may forget at any moment: losing it costs a call, never a mistake. */
export interface PortalMemory {
  /** The portal of a connection, so that a turn can be asked for before the fence is read. */
  readonly portals: BoundedMap;
  /** The last maximum that a portal's rate headers told, as `maximum/intervalMs`. */
  readonly maxima: BoundedMap;
  /** The time zone of a portal, as its account page tells it. */
  readonly timeZones: BoundedMap;
}

interface BoundedMap {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  delete(key: string): void;
}

/** More connections than one process serves at a time; beyond it the oldest are forgotten. */
const capacity = 10_000;

export const portalMemory = (): PortalMemory => ({
  portals: boundedMap(),
  maxima: boundedMap(),
  timeZones: boundedMap(),
});

function boundedMap(): BoundedMap {
  const entries = new Map<string, string>();
  return {
    get: (key) => entries.get(key),
    delete: (key) => void entries.delete(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const oldest = entries.size > capacity ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
    },
  };
}
