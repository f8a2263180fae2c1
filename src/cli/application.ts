import type { Database } from '../postgres/database.ts';
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
  readonly importLocalFile: (request: ImportRequest) => Promise<ImportReport>;
  readonly mapShop: (shopId: string) => Promise<MappingReport>;
  /** Runs until the process is told to stop, then lets running work end. */
  readonly runWorker: () => Promise<void>;
  readonly stack: Stack;
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
  readonly temporal: { readonly address: string; readonly namespace: string; readonly uiUrl: string };
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
