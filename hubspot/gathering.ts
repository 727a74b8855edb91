import DataLoader from 'dataloader';

/** Gives one thing by id; the calls of others for the same kind of thing travel with it. */
type Gathered<T> = (id: string) => Promise<T>;

/** Gathers single questions under one key into batches; `read` answers a batch in the order asked. */
export type Gathering<T> = (
  key: readonly unknown[],
  read: (ids: readonly string[]) => Promise<readonly T[]>,
) => Gathered<T>;

/** The first one waits this long for company; a burst of webhooks arrives within it, and no person notices it. */
const gatherForMs = 50;
/** What HubSpot takes in one batch read with history. */
const largestBatch = 50;

/** Many decisions of one portal, each of which asks for one record, become batches of at most fifty. */
export function gathering<T>(forMs: number = gatherForMs): Gathering<T> {
  const loaders = new Map<string, DataLoader<string, T>>();

  function newLoader(
    name: string,
    read: (ids: readonly string[]) => Promise<readonly T[]>,
  ): DataLoader<string, T> {
    const loader: DataLoader<string, T> = new DataLoader(
      (ids) => {
        // It leaves: who comes now gathers anew, and the map holds only what waits.
        if (loaders.get(name) === loader) loaders.delete(name);
        return read(ids);
      },
      {
        cache: false,
        maxBatchSize: largestBatch,
        batchScheduleFn: (depart) => void setTimeout(depart, forMs),
      },
    );
    loaders.set(name, loader);
    return loader;
  }

  return (key, read) => (id) => {
    const name = JSON.stringify(key);
    return (loaders.get(name) ?? newLoader(name, read)).load(id);
  };
}
