/** What the commands find on this machine beside the installation: the embedded stack, and a way to run a worker. */

export interface Machine {
  /** Of the product. */
  readonly version: string;
  /** The user's name; null: a container may run under a number that no user has. */
  readonly userName: string | null;
  /**
   * Runs until the process is told to stop, then lets running work end.
   *
   * `wait`: services that cannot be used yet are waited for. @throws AtpError of a service that cannot be used
   */
  readonly runWorker: (options: { readonly wait: boolean }) => Promise<void>;
  /** Looks and tells, as the watch of a worker does, until the process is told to stop. */
  readonly runWatch: () => Promise<void>;
  /**
   * Serves the HTTP API until the process is told to stop. `onListening` gets its address, such as http://127.0.0.1:8420.
   *
   * @throws AtpError CONFIG_INVALID, API_ADDRESS_UNUSABLE, API_WITHOUT_ACCESS
   */
  readonly runServer: (options: { readonly onListening: (url: string) => void }) => Promise<void>;
  readonly stack: Stack;
  readonly config: () => Promise<ConfigView>;
  /** Null: commands speak to what the stack of this folder uses, or none runs. */
  readonly besideStack: () => Promise<BesideStack | null>;
}

/** Services that commands use, while the stack that runs for the same folder has others. */
export interface BesideStack {
  readonly services: readonly string[];
  /** What names them: `.env`, `environment`. */
  readonly from: readonly string[];
  readonly stackFolder: string;
}

/** What the commands go by. It holds no secret. */
export interface ConfigView {
  readonly services: readonly {
    readonly name: string;
    /** Null: nothing names one, and no stack runs. */
    readonly whose: 'yours' | 'stack' | null;
    readonly address: string | null;
  }[];
  readonly variables: readonly {
    readonly name: string;
    readonly value: string | null;
    /** Null: it is not set. */
    readonly from: string | null;
    readonly isIgnored: boolean;
  }[];
  readonly stack: { readonly folder: string; readonly isRunning: boolean };
  readonly besideStack: BesideStack | null;
  /** What is wrong with the variables that are set. */
  readonly fault: string | null;
}

/** The embedded stack of this project folder. */
export interface Stack {
  /**
   * Starts it (or finds it running), migrates, makes the shops' schedules and, with `seed`, fills a small catalogue.
   *
   * @returns once everything is ready; `untilStopped` ends when a stack that this process started was told to stop
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

export interface ConsoleAccount {
  readonly userName: string;
  /** Only its owner can read it. */
  readonly passwordFile: string;
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
    readonly domain: string;
    readonly adminUrl: string;
    readonly endpoint: string;
    readonly accessToken: string;
    /** What `atp shop add --token` takes. */
    readonly accessTokenRef: string;
    readonly locationId: string;
    readonly controlUrl: string;
  };
  /** Null: the console does not run. */
  readonly consoleUrl: string | null;
  /** Who signs in there; null: the stack has made no account, because its database is somebody's own. */
  readonly consoleAccount: ConsoleAccount | null;
  readonly worker: { readonly running: boolean };
}
