import type { Store } from './store.ts';

/** What a control set earlier, so that a restart keeps it; undefined when it never did. */
export function savedSetting<T>(store: Store, name: string): T | undefined {
  const row = store.get<{ value: string }>('SELECT value FROM settings WHERE name = ?', name);
  return row && (JSON.parse(row.value) as T);
}

export function saveSetting(store: Store, name: string, value: unknown): void {
  store.run('INSERT OR REPLACE INTO settings VALUES (?, ?)', name, JSON.stringify(value));
}

export const forgetSetting = (store: Store, name: string): void =>
  void store.run('DELETE FROM settings WHERE name = ?', name);
