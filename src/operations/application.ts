import type { SendAlert } from '../alerting/send-alert.ts';
import type { Database } from '../postgres/database.ts';
import type { OpenFileDrop } from '../sftp/file-drop.ts';
import type { AdminApi, ShopConnection } from '../shopify/admin-api.ts';
import type { TemporalClient } from '../temporal/connection.ts';

/**
 * What the composition root gives to the operations. Each part is loaded and opened on first use, so an operation needs
 * only the configuration of the parts that it touches, and pays only for their modules.
 */
export interface Application {
  /** The API version of a shop that names none. */
  readonly shopifyApiVersion: () => Promise<string>;
  /** @throws AtpError CONFIG_INVALID */
  readonly database: () => Promise<Database>;
  /** @throws AtpError CONFIG_INVALID, TEMPORAL_UNREACHABLE */
  readonly temporal: () => Promise<TemporalClient>;
  /** Whether the configuration says where Temporal is. */
  readonly isTemporalConfigured: () => Promise<boolean>;
  /** The address of Temporal's UI, without a slash at the end; null: it is not configured. */
  readonly temporalUiUrl: () => Promise<string | null>;
  /** Its namespace, as configured: Temporal is not asked. */
  readonly temporalNamespace: () => Promise<string>;
  /** @throws AtpError CONFIG_INVALID */
  readonly fileDrop: () => Promise<OpenFileDrop>;
  /** @throws AtpError SHOPIFY_CREDENTIAL_MISSING */
  readonly adminApi: (shop: ShopConnection) => Promise<AdminApi>;
  readonly alerting: () => Promise<SendAlert>;
}
