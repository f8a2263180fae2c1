import type { Database } from '../postgres/database.ts';
import type { Shop } from '../postgres/master-data/shops.ts';
import type { TemporalClient } from '../temporal/connection.ts';

/**
 * What the commands are given by the composition root (src/main/cli.ts). Everything is made on first use, so that a
 * command needs only the configuration of the parts that it touches.
 */
export interface Application {
  readonly version: string;
  /** The API version of a shop that names none. */
  readonly shopifyApiVersion: () => string;
  /** @throws AtpError CONFIG_INVALID */
  readonly database: () => Database;
  /** @throws AtpError CONFIG_INVALID, TEMPORAL_UNREACHABLE */
  readonly temporal: () => Promise<TemporalClient>;
  /** Whether anybody has said where Temporal is. */
  readonly isTemporalConfigured: () => boolean;
  /** Where people see the runs, without a slash at the end; null: nobody has said. */
  readonly temporalUiUrl: () => Promise<string | null>;
  readonly importLocalFile: (request: ImportRequest) => Promise<ImportReport>;
  readonly mapShop: (shopId: string) => Promise<MappingReport>;
  /** @throws AtpError SHOPIFY_CREDENTIAL_MISSING */
  readonly openShop: (shop: Shop) => Promise<ShopAtShopify>;
  /**
   * Writes, reads, moves and removes a file in each folder of the jobs.
   *
   * @throws AtpError CONFIG_INVALID, SFTP_UNREACHABLE, SFTP_HOST_KEY_MISMATCH
   */
  readonly checkFileDrop: () => Promise<{ readonly waiting: number }>;
  /** Runs until the process is told to stop, then lets running work end. */
  readonly runWorker: () => Promise<void>;
  readonly stack: Stack;
}

/** What `atp doctor` looks at in Shopify. */
export interface ShopAtShopify {
  /** What the app may do, such as `write_inventory`. */
  readonly readAccessScopes: () => Promise<readonly string[]>;
  /** Null: there is no such location. */
  readonly readLocation: () => Promise<{
    readonly name: string;
    readonly isActive: boolean;
    readonly fulfillsOnlineOrders: boolean;
  } | null>;
}

export interface ImportRequest {
  readonly localPath: string;
  readonly fileName: string;
  readonly type: string;
  /** Says what an import would do, and does nothing. */
  readonly dryRun: boolean;
}

export interface ImportReport {
  readonly fileName: string;
  readonly sha256: string;
  readonly rows: number;
  readonly applied: number;
  readonly failed: number;
  /** Where the refused rows lie with their reasons; null when there are none. */
  readonly errorFile: string | null;
}

export interface MappingReport {
  readonly mapped: number;
  readonly unmapped: number;
  readonly duplicates: number;
  readonly inactive: number;
  readonly untracked: number;
}

/** The embedded stack of this project folder. */
export interface Stack {
  /**
   * Starts it (or finds it running), migrates, makes the shops' schedules and, with `seed`, fills a small catalogue.
   *
   * @returns once everything is ready; `untilStopped` ends when a stack that this process holds was told to stop
   */
  readonly up: (options: {
    readonly detach: boolean;
    readonly seed: boolean;
    readonly onProgress: (text: string) => void;
  }) => Promise<{ readonly status: StackStatus; readonly untilStopped: () => Promise<void> }>;
  /** Whether there was one to stop. */
  readonly down: () => Promise<{ readonly stopped: boolean }>;
  /** @throws AtpError STACK_NOT_RUNNING */
  readonly status: () => Promise<StackStatus>;
}

/** Where a person, a script and a GraphQL client find the parts. */
export interface StackStatus {
  /** The services that the stack uses and has not started: it leaves them alone when it stops. */
  readonly existing: readonly ('temporal' | 'database' | 'sftp')[];
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    /** Null: nobody has said where the UI of an existing one is. */
    readonly uiUrl: string | null;
  };
  /** That of an existing database is without its password. */
  readonly databaseUrl: string;
  readonly sftp: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly root: string;
  };
  readonly shopify: {
    readonly shopId: string;
    readonly adminUrl: string;
    readonly endpoint: string;
    readonly accessToken: string;
    readonly locationId: string;
    readonly controlUrl: string;
  };
  /** Null: the console does not run. */
  readonly consoleUrl: string | null;
  readonly worker: { readonly running: boolean };
}
