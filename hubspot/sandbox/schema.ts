/**
 * The tables of the sandbox. Instants are epoch milliseconds; record ids are whole numbers counted per portal and
 * object type, so that a contact and a deal may share one, as in HubSpot.
 */

/** Raised with every change below. A file of an earlier version is led up to it where `additions` has the steps. */
export const schemaVersion = 3;

const actions = `
CREATE TABLE action_definitions (
  id INTEGER PRIMARY KEY, app_id TEXT NOT NULL, revision INTEGER NOT NULL, definition TEXT NOT NULL,
  archived_at INTEGER
);
CREATE TABLE action_runs (
  n INTEGER PRIMARY KEY, callback_id TEXT NOT NULL UNIQUE, app_id TEXT NOT NULL, portal_id INTEGER NOT NULL,
  definition_id INTEGER NOT NULL, request TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL,
  due_at INTEGER NOT NULL, retry_delays_ms TEXT NOT NULL, status INTEGER, expires_at INTEGER, output TEXT NOT NULL
);
CREATE INDEX action_runs_due ON action_runs (state, due_at, n);
`;

/** What each version added to the one before it; a file that needs a step that is not here is refused. */
export const additions: ReadonlyMap<number, string> = new Map([
  [3, `${actions} ALTER TABLE portals ADD COLUMN additional_currencies TEXT NOT NULL DEFAULT ''`],
]);

export const schema = `
CREATE TABLE portals (
  id INTEGER PRIMARY KEY, currency TEXT NOT NULL, time_zone TEXT NOT NULL, created_at INTEGER NOT NULL,
  additional_currencies TEXT NOT NULL DEFAULT ''
);
CREATE TABLE owners (
  portal_id INTEGER NOT NULL, id INTEGER NOT NULL, email TEXT NOT NULL, first_name TEXT NOT NULL,
  last_name TEXT NOT NULL, user_id INTEGER NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (portal_id, id)
) WITHOUT ROWID;
CREATE TABLE sequences (
  portal_id INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (portal_id, name)
) WITHOUT ROWID;

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE apps (
  app_id TEXT PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, client_secret TEXT NOT NULL, name TEXT NOT NULL,
  developer_key TEXT NOT NULL, redirect_urls TEXT NOT NULL, webhook_url TEXT, configured INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE installs (
  portal_id INTEGER NOT NULL, app_id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (portal_id, app_id)
) WITHOUT ROWID;
CREATE TABLE codes (
  code TEXT PRIMARY KEY, app_id TEXT NOT NULL, portal_id INTEGER NOT NULL, redirect_uri TEXT NOT NULL,
  scopes TEXT NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE grants (
  refresh_token TEXT PRIMARY KEY, app_id TEXT NOT NULL, portal_id INTEGER NOT NULL, scopes TEXT NOT NULL,
  epoch INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE access_tokens (
  token TEXT PRIMARY KEY, app_id TEXT NOT NULL, portal_id INTEGER NOT NULL, scopes TEXT NOT NULL,
  epoch INTEGER NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE private_tokens (
  token TEXT PRIMARY KEY, app_id TEXT NOT NULL, portal_id INTEGER NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL,
  maximum INTEGER NOT NULL, created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE property_groups (
  portal_id INTEGER NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, label TEXT NOT NULL,
  display_order INTEGER NOT NULL, PRIMARY KEY (portal_id, type, name)
) WITHOUT ROWID;
CREATE TABLE properties (
  portal_id INTEGER NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, archived_at INTEGER, PRIMARY KEY (portal_id, type, name)
) WITHOUT ROWID;
CREATE TABLE pipelines (
  portal_id INTEGER NOT NULL, id TEXT NOT NULL, label TEXT NOT NULL, display_order INTEGER NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (portal_id, id)
) WITHOUT ROWID;
CREATE TABLE stages (
  portal_id INTEGER NOT NULL, id TEXT NOT NULL, pipeline_id TEXT NOT NULL, label TEXT NOT NULL,
  display_order INTEGER NOT NULL, metadata TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (portal_id, id)
) WITHOUT ROWID;

CREATE TABLE records (
  portal_id INTEGER NOT NULL, type TEXT NOT NULL, id INTEGER NOT NULL, properties TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, archived_at INTEGER, UNIQUE (portal_id, type, id)
);
CREATE INDEX records_by_update ON records (portal_id, type, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX records_archived ON records (portal_id, type, id) WHERE archived_at IS NOT NULL;
CREATE TABLE aliases (
  portal_id INTEGER NOT NULL, type TEXT NOT NULL, old_id INTEGER NOT NULL, id INTEGER NOT NULL,
  PRIMARY KEY (portal_id, type, old_id)
) WITHOUT ROWID;
CREATE TABLE unique_values (
  portal_id INTEGER NOT NULL, type TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL,
  record_id INTEGER NOT NULL, secondary INTEGER NOT NULL, PRIMARY KEY (portal_id, type, property, value)
) WITHOUT ROWID;
CREATE TABLE write_rules (
  portal_id INTEGER NOT NULL, type TEXT NOT NULL, rules TEXT NOT NULL, PRIMARY KEY (portal_id, type)
) WITHOUT ROWID;
CREATE TABLE blocked_emails (portal_id INTEGER NOT NULL, email TEXT NOT NULL, PRIMARY KEY (portal_id, email)) WITHOUT ROWID;
CREATE TABLE history (
  portal_id INTEGER NOT NULL, type TEXT NOT NULL, record_id INTEGER NOT NULL, property TEXT NOT NULL,
  at INTEGER NOT NULL, value TEXT NOT NULL, source_type TEXT NOT NULL, source_id TEXT NOT NULL,
  PRIMARY KEY (portal_id, type, record_id, property, at)
) WITHOUT ROWID;
CREATE TABLE search_shadows (
  n INTEGER PRIMARY KEY, portal_id INTEGER NOT NULL, type TEXT NOT NULL, id INTEGER NOT NULL, properties TEXT,
  created_at INTEGER, updated_at INTEGER, expires_at INTEGER NOT NULL
);
CREATE INDEX search_shadows_by_record ON search_shadows (portal_id, type, id, n);

CREATE TABLE associations (
  portal_id INTEGER NOT NULL, from_type TEXT NOT NULL, from_id INTEGER NOT NULL, to_type TEXT NOT NULL,
  to_id INTEGER NOT NULL, category TEXT NOT NULL, type_id INTEGER NOT NULL,
  PRIMARY KEY (portal_id, from_type, from_id, to_type, to_id, category, type_id)
) WITHOUT ROWID;
CREATE TABLE notes (
  portal_id INTEGER NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL,
  created_at INTEGER NOT NULL, about TEXT NOT NULL, PRIMARY KEY (portal_id, id)
) WITHOUT ROWID;
CREATE TABLE association_labels (
  portal_id INTEGER NOT NULL, type_id INTEGER NOT NULL, from_type TEXT NOT NULL, to_type TEXT NOT NULL,
  name TEXT NOT NULL, label TEXT NOT NULL, inverse_type_id INTEGER NOT NULL, PRIMARY KEY (portal_id, type_id)
) WITHOUT ROWID;
CREATE TABLE lists (
  portal_id INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
  processing_type TEXT NOT NULL, filter_branch TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  deleted_at INTEGER, PRIMARY KEY (portal_id, id)
) WITHOUT ROWID;
CREATE TABLE list_members (
  portal_id INTEGER NOT NULL, list_id INTEGER NOT NULL, record_id INTEGER NOT NULL, added_at INTEGER NOT NULL,
  PRIMARY KEY (portal_id, list_id, record_id)
) WITHOUT ROWID;

CREATE TABLE webhook_events (
  n INTEGER PRIMARY KEY, app_id TEXT NOT NULL, portal_id INTEGER NOT NULL, event TEXT NOT NULL
);
CREATE TABLE webhook_batches (
  n INTEGER PRIMARY KEY, app_id TEXT NOT NULL, portal_id INTEGER NOT NULL, events TEXT NOT NULL, size INTEGER NOT NULL,
  attempt INTEGER NOT NULL, due_at INTEGER NOT NULL, state TEXT NOT NULL, status INTEGER, settled_at INTEGER,
  tries TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX webhook_batches_by_state ON webhook_batches (app_id, state, due_at, n);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE requests (
  n INTEGER PRIMARY KEY, at INTEGER NOT NULL, finished_at INTEGER, method TEXT NOT NULL, path TEXT NOT NULL,
  status INTEGER, portal_id INTEGER, app_id TEXT, token_epoch INTEGER
);
CREATE TABLE creates (
  n INTEGER PRIMARY KEY, app_id TEXT NOT NULL, portal_id INTEGER NOT NULL, type TEXT NOT NULL, id INTEGER NOT NULL,
  key TEXT, at INTEGER NOT NULL
);
CREATE TABLE writes (
  n INTEGER PRIMARY KEY, app_id TEXT NOT NULL, portal_id INTEGER NOT NULL, type TEXT NOT NULL, id INTEGER NOT NULL,
  property TEXT NOT NULL, value TEXT NOT NULL, at INTEGER NOT NULL
);
${actions}`;
