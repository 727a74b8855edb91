/** What a stack is asked for, and what it answers with. */
import type { StackPorts, StackUrls } from './addresses.ts';
import type { ChildEnd } from './child.ts';
import type { DatabaseUrls } from './database.ts';
import type { ProcessIdentity } from './processes.ts';
import type { RoleCommand, RoleName, Variables } from './roles.ts';
import type { PartName } from './state-file.ts';

export interface StackOptions {
  /** Everything that is kept is in here, also `logs/` and `stack.json`. */
  readonly dataDir: string;
  readonly ports: StackPorts | 'free';
  /** False loses PostgreSQL's last moments to a power cut, never to a killed process; for tests. */
  readonly durable: boolean;
  readonly sandbox: boolean;
  readonly api: boolean;
  readonly worker: boolean;
  /** For the roles; wins over what the stack sets, but for the addresses of its own parts. */
  readonly extraEnv?: Variables;
  /** Lets tests skip Temporal's time. */
  readonly timeSkipping?: boolean;
  /** `stop` also removes `dataDir`, and a guardian does both should this process die without. */
  readonly throwAway?: boolean;
  /** Lines for a person; silence when not given. */
  readonly say?: (line: string) => void;
  /** A part ended although nobody asked it to; it stays down unless this starts it again. */
  readonly onUnexpectedEnd?: (stack: Stack, part: PartName, end: ChildEnd) => void;
  /** Ends a start that is under way: everything is stopped, and `startStack` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Other programs in the place of a role's own, for tests of the stack itself. */
  readonly commands?: Partial<Readonly<Record<RoleName, RoleCommand>>>;
}

export interface Stack {
  readonly urls: StackUrls;
  /** What the roles run with, and the migration's URL: for running a command of the product against this stack. */
  readonly env: Variables;
  readonly databases: DatabaseUrls;
  readonly superuserUrl: string;
  logFile(name: PartName): string;
  /** The last lines of a part's log. */
  logTail(name: PartName): string;
  /** Null while the part is not running. */
  identity(name: PartName): ProcessIdentity | null;
  /** Starts a part that was stopped, killed or has died, on the same port; resolves when it is ready. */
  startPart(name: PartName): Promise<void>;
  /** In good order. */
  stopPart(name: PartName): Promise<void>;
  /** `stopPart` and `startPart`. */
  restart(name: PartName): Promise<void>;
  /** Signals (SIGKILL unless told); resolves once the part has ended, with SIGSTOP and SIGCONT at once. */
  kill(name: PartName, signal?: NodeJS.Signals): Promise<void>;
  /** api → worker → sandbox → Temporal → PostgreSQL; a repeated call waits for the first. */
  stop(): Promise<void>;
}
