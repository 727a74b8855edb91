import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { additions, schema, schemaVersion } from './schema.ts';

/** Statement texts are built from code, never from values, so that few of them exist; searches vary the most. */
const maxStatements = 500;

/**
 * The SQLite file behind the sandbox: prepared statements, nested transactions and sequences. Everything is
 * synchronous and in one process, so a handler that does not await is alone.
 */
export class Store {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  /** Opens a file, or `:memory:`. Throws when the file's schema is too old to be led up, or newer than this one. */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    // NORMAL in WAL mode keeps what was committed when the process is killed; only a power cut may cost the last moments.
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536');
    const { user_version: version } = this.require<{ user_version: number }>('PRAGMA user_version');
    if (version === 0) this.#execute(schema);
    else if (version !== schemaVersion) this.#leadUp(path, version);
  }

  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#prepare(sql).get(...values) as T | undefined;
  }

  /** The row of a query that always has one. */
  require<T>(sql: string, ...values: SQLInputValue[]): T {
    const row = this.get<T>(sql, ...values);
    if (row === undefined) throw new Error(`No row for: ${sql}`);
    return row;
  }

  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#prepare(sql).all(...values) as T[];
  }

  /** Answers how many rows were changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** All or nothing; a transaction inside another rolls back alone. */
  transaction<T>(work: () => T): T {
    const name = `level${this.#depth}`;
    this.run(this.#depth === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${name}`);
    this.#depth += 1;
    try {
      const result = work();
      this.run(this.#depth === 1 ? 'COMMIT' : `RELEASE ${name}`);
      return result;
    } catch (error) {
      if (this.#depth === 1) this.run('ROLLBACK');
      else {
        this.run(`ROLLBACK TO ${name}`);
        this.run(`RELEASE ${name}`);
      }
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  /** The next number of a sequence that begins after `start`. */
  next(portalId: number, name: string, start = 0): number {
    return this.require<{ value: number }>(
      `INSERT INTO sequences (portal_id, name, value) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value`,
      portalId,
      name,
      start + 1,
    ).value;
  }

  count(name: string, by: number): void {
    this.run(
      'INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value',
      name,
      by,
    );
  }

  counter(name: string): number {
    return this.get<{ value: number }>('SELECT value FROM counters WHERE name = ?', name)?.value ?? 0;
  }

  /** Makes a function callable from SQL; it must be pure. */
  define(name: string, work: (...values: (string | null)[]) => number | string | null): void {
    this.#database.function(name, { deterministic: true, varargs: true }, work as never);
  }

  /** Empties every table. */
  reset(): void {
    const tables = this.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
    this.transaction(() => {
      for (const { name } of tables) this.run(`DELETE FROM ${name}`);
    });
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #leadUp(path: string, version: number): void {
    const steps = Array.from({ length: Math.max(0, schemaVersion - version) }, (_, index) =>
      additions.get(version + 1 + index),
    );
    if (steps.length === 0 || steps.includes(undefined)) {
      this.#database.close();
      throw new Error(
        `The sandbox file ${path} has schema ${version}, this sandbox needs ${schemaVersion}: remove the file.`,
      );
    }
    this.#execute(steps.join(';'));
  }

  #execute(sql: string): void {
    this.#database.exec(`BEGIN; ${sql}; PRAGMA user_version = ${schemaVersion}; COMMIT`);
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= maxStatements) this.#statements.clear();
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
