/** The HubSpot apps of this sandbox: the one that it was started with, and those that a control registered since. */
import { randomUUID } from 'node:crypto';
import { alreadyExists, invalid, notFound } from './http/errors.ts';
import type { Store } from './store.ts';

/** An app as its developer registered it. */
export interface SandboxApp {
  readonly appId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Exact redirect addresses that the consent page may send a browser to. */
  readonly redirectUrls: readonly string[];
  /** Where the app's webhooks go, for every portal; none by default. */
  readonly webhookUrl?: string | null;
  /** As the consent page shows it. */
  readonly name?: string;
  /** What the webhook management API takes as `hapikey`. */
  readonly developerKey?: string;
}

export type RegisteredApp = Required<SandboxApp>;

/** What a control gives; the rest is made up. */
export type NewApp = Partial<SandboxApp> & Pick<SandboxApp, 'redirectUrls'>;

interface AppRow {
  app_id: string;
  client_id: string;
  client_secret: string;
  name: string;
  developer_key: string;
  redirect_urls: string;
  webhook_url: string | null;
}

/** Numbers of apps that are registered without one begin after this. */
const firstMadeUpId = 600_000;

export class Apps {
  readonly #store: Store;
  readonly #configured: RegisteredApp;
  #known = new Map<string, RegisteredApp>();

  /** `configured` replaces what an earlier start with the same file was configured with. */
  constructor(store: Store, configured: SandboxApp) {
    this.#store = store;
    this.#configured = {
      webhookUrl: null,
      name: 'Vouchflow',
      developerKey: `dev-${configured.appId}`,
      ...configured,
    };
    this.restore();
  }

  /** The app that the sandbox was started with; orders that name no app mean this one. */
  get first(): RegisteredApp {
    return this.#configured;
  }

  /** The first one, then the others in the order of their ids. */
  all(): RegisteredApp[] {
    return [...this.#known.values()];
  }

  /** Throws when there is none with that id. */
  require(appId: string): RegisteredApp {
    const app = this.#known.get(appId);
    if (app === undefined) throw notFound(`There is no app ${appId}.`);
    return app;
  }

  byClientId(clientId: string | undefined): RegisteredApp | undefined {
    return this.all().find((app) => app.clientId === clientId);
  }

  /** Throws when the app id or the client id is taken. */
  register(given: NewApp): RegisteredApp {
    const appId = given.appId ?? String(this.#store.next(0, 'app', firstMadeUpId));
    const app: RegisteredApp = {
      appId,
      clientId: given.clientId ?? randomUUID(),
      clientSecret: given.clientSecret ?? randomUUID(),
      name: given.name ?? `App ${appId}`,
      developerKey: given.developerKey ?? `dev-${appId}`,
      redirectUrls: given.redirectUrls,
      webhookUrl: given.webhookUrl ?? null,
    };
    if (this.#known.has(appId)) throw alreadyExists(`There is an app ${appId} already.`);
    if (this.byClientId(app.clientId) !== undefined)
      throw alreadyExists(`The client id ${app.clientId} belongs to another app.`);
    this.#insert(app, false);
    this.#known.set(appId, app);
    return app;
  }

  /** Throws for the first one, without which no order would have an app to mean. */
  remove(appId: string): void {
    this.require(appId);
    if (appId === this.#configured.appId) throw invalid('The app that the sandbox was started with stays.');
    this.#store.run('DELETE FROM apps WHERE app_id = ?', appId);
    this.#known.delete(appId);
  }

  /** Reads the file again, after its tables were emptied. */
  restore(): void {
    const { appId, clientId } = this.#configured;
    this.#store.transaction(() => {
      this.#store.run(
        'DELETE FROM apps WHERE configured = 1 OR app_id = ? OR client_id = ?',
        appId,
        clientId,
      );
      this.#insert(this.#configured, true);
    });
    const rows = this.#store.all<AppRow>('SELECT * FROM apps ORDER BY configured DESC, app_id');
    this.#known = new Map(rows.map((row) => [row.app_id, fromRow(row)]));
  }

  #insert(app: RegisteredApp, configured: boolean): void {
    this.#store.run(
      'INSERT INTO apps VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      app.appId,
      app.clientId,
      app.clientSecret,
      app.name,
      app.developerKey,
      JSON.stringify(app.redirectUrls),
      app.webhookUrl,
      configured ? 1 : 0,
    );
  }
}

const fromRow = (row: AppRow): RegisteredApp => ({
  appId: row.app_id,
  clientId: row.client_id,
  clientSecret: row.client_secret,
  name: row.name,
  developerKey: row.developer_key,
  redirectUrls: JSON.parse(row.redirect_urls) as string[],
  webhookUrl: row.webhook_url,
});
