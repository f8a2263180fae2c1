import type { Knex } from 'knex';
import * as catalogue from './0001-catalogue.ts';
import * as inventory from './0002-inventory.ts';
import * as changeLog from './0003-change-log.ts';
import * as uploadFiles from './0004-upload-files.ts';
import * as lane from './0005-lane.ts';
import * as imports from './0006-imports.ts';
import * as mappingFindings from './0007-mapping-findings.ts';
import * as neverLost from './0008-never-lost.ts';
import * as auditLog from './0009-audit-log.ts';
import * as groupAtMost from './0010-group-at-most.ts';
import * as words from './0011-words.ts';
import * as blockedSince from './0013-blocked-since.ts';
import * as lateCalls from './0014-late-calls.ts';
import * as guard from './0015-guard.ts';
import * as orderWatermark from './0016-order-watermark.ts';
import * as lanePause from './0017-lane-pause.ts';
import * as shopsMended from './0018-shops-mended.ts';
import * as shopAddresses from './0019-shop-addresses.ts';
import * as appendOnly from './0020-append-only.ts';
import * as oldestChange from './0021-oldest-change.ts';
import * as whatIsTold from './0024-what-is-told.ts';
import * as alerts from './0025-alerts.ts';
import * as workerReport from './0026-worker-report.ts';
import * as watchStandsStill from './0027-watch-stands-still.ts';
import * as leftItems from './0028-left-items.ts';
import * as causesOfConditions from './0029-causes-of-conditions.ts';
import * as unitsLacking from './0030-units-lacking.ts';
import * as claimedFeeds from './0031-claimed-feeds.ts';
import * as feedSource from './0033-feed-source.ts';
import * as mapping from './0035-mapping.ts';
import * as unmapping from './0036-unmapping.ts';
import * as cleanUp from './0037-clean-up.ts';
import * as feedImport from './0038-feed-import.ts';
import * as lastCount from './0039-last-count.ts';
import * as heldLevel from './0040-held-level.ts';
import * as transfers from './0041-transfers.ts';
import * as leftByWhom from './0043-left-by-whom.ts';
import * as setAtOnce from './0044-set-at-once.ts';
import * as undoIsNoSale from './0048-undo-is-no-sale.ts';
import * as provedReferences from './0049-proved-references.ts';
import * as importChunks from './0050-import-chunks.ts';
import * as pendingOrders from './0051-pending-orders.ts';
import * as orderUpdated from './0052-order-updated.ts';
import * as skuInAnyCase from './0053-sku-in-any-case.ts';
import * as missingAndUntaken from './0054-missing-and-untaken.ts';
import * as unmanagedVariant from './0055-unmanaged-variant.ts';
import * as transfersKept from './0056-transfers-kept.ts';
import * as apiToken from './0057-api-token.ts';
import * as userAccount from './0058-user-account.ts';
import * as levelsInPlace from './0059-levels-in-place.ts';
import * as pendingOrdersAsSent from './0060-pending-orders-as-sent.ts';
import * as earlierCount from './0061-earlier-count.ts';
import * as importProgress from './0062-import-progress.ts';
import * as verificationHistory from './0064-verification-history.ts';
import * as skuPrefix from './0065-sku-prefix.ts';
import * as providedAccount from './0067-provided-account.ts';
import * as webhooksInAuditLog from './0068-webhooks-in-audit-log.ts';
import * as feedsThatCame from './0069-feeds-that-came.ts';
import * as refusedFeedOfSource from './0070-refused-feed-of-source.ts';
import * as liveShops from './0071-live-shops.ts';
import * as triggersReadLess from './0075-triggers-read-less.ts';
import * as pendingSettings from './0076-pending-settings.ts';
import * as numberOfCounts from './0077-number-of-counts.ts';
import * as logScope from './0078-log-scope.ts';
import * as publishedInPlace from './0079-published-in-place.ts';
import * as owedSince from './0080-owed-since.ts';
import * as grownFeeds from './0081-grown-feeds.ts';
import * as sourceServers from './0082-source-servers.ts';
import * as settingsSeen from './0084-settings-seen.ts';
import * as undoInChunks from './0085-undo-in-chunks.ts';
import * as readBackByFile from './0086-read-back-by-file.ts';
import * as zerosFirst from './0087-zeros-first.ts';
import * as positionsOfACall from './0088-positions-of-a-call.ts';
import * as levelsLogged from './0092-levels-logged-by-a-kept-plan.ts';
import * as filesBetweenWindows from './0098-files-between-windows.ts';
import * as onePosting from './0093-one-posting-by-its-key.ts';
import * as oneChange from './0094-one-change-as-it-is.ts';
import * as packedRows from './0099-packed-rows.ts';
import * as whoReadsRecords from './0100-who-reads-records.ts';
import * as lookSooner from './0101-look-sooner.ts';
import * as notOnShopify from './0102-what-a-mapping-has-not-met.ts';
import * as appliedRowsOfFile from './0103-applied-rows-of-a-file.ts';
import * as oneIndexOfApplied from './0104-one-index-of-applied-rows.ts';
import * as filesByTime from './0105-files-by-time.ts';
import * as whatEndsARefusedFeed from './0106-what-ends-a-refused-feed.ts';

interface NamedMigration {
  readonly name: string;
  readonly up: (knex: Knex) => Promise<void>;
}

const MIGRATIONS: readonly NamedMigration[] = [
  { name: '0001-catalogue', ...catalogue },
  { name: '0002-inventory', ...inventory },
  { name: '0003-change-log', ...changeLog },
  { name: '0004-upload-files', ...uploadFiles },
  { name: '0005-lane', ...lane },
  { name: '0006-imports', ...imports },
  { name: '0007-mapping-findings', ...mappingFindings },
  { name: '0008-never-lost', ...neverLost },
  { name: '0009-audit-log', ...auditLog },
  { name: '0010-group-at-most', ...groupAtMost },
  { name: '0011-words', ...words },
  { name: '0013-blocked-since', ...blockedSince },
  { name: '0014-late-calls', ...lateCalls },
  { name: '0015-guard', ...guard },
  { name: '0016-order-watermark', ...orderWatermark },
  { name: '0017-lane-pause', ...lanePause },
  { name: '0018-shops-mended', ...shopsMended },
  { name: '0019-shop-addresses', ...shopAddresses },
  { name: '0020-append-only', ...appendOnly },
  { name: '0021-oldest-change', ...oldestChange },
  { name: '0024-what-is-told', ...whatIsTold },
  { name: '0025-alerts', ...alerts },
  { name: '0026-worker-report', ...workerReport },
  { name: '0027-watch-stands-still', ...watchStandsStill },
  { name: '0028-left-items', ...leftItems },
  { name: '0029-causes-of-conditions', ...causesOfConditions },
  { name: '0030-units-lacking', ...unitsLacking },
  { name: '0031-claimed-feeds', ...claimedFeeds },
  { name: '0033-feed-source', ...feedSource },
  { name: '0035-mapping', ...mapping },
  { name: '0036-unmapping', ...unmapping },
  { name: '0037-clean-up', ...cleanUp },
  { name: '0038-feed-import', ...feedImport },
  { name: '0039-last-count', ...lastCount },
  { name: '0040-held-level', ...heldLevel },
  { name: '0041-transfers', ...transfers },
  { name: '0043-left-by-whom', ...leftByWhom },
  { name: '0044-set-at-once', ...setAtOnce },
  { name: '0048-undo-is-no-sale', ...undoIsNoSale },
  { name: '0049-proved-references', ...provedReferences },
  { name: '0050-import-chunks', ...importChunks },
  { name: '0051-pending-orders', ...pendingOrders },
  { name: '0052-order-updated', ...orderUpdated },
  { name: '0053-sku-in-any-case', ...skuInAnyCase },
  { name: '0054-missing-and-untaken', ...missingAndUntaken },
  { name: '0055-unmanaged-variant', ...unmanagedVariant },
  { name: '0056-transfers-kept', ...transfersKept },
  { name: '0057-api-token', ...apiToken },
  { name: '0058-user-account', ...userAccount },
  { name: '0059-levels-in-place', ...levelsInPlace },
  { name: '0060-pending-orders-as-sent', ...pendingOrdersAsSent },
  { name: '0061-earlier-count', ...earlierCount },
  { name: '0062-import-progress', ...importProgress },
  { name: '0064-verification-history', ...verificationHistory },
  { name: '0065-sku-prefix', ...skuPrefix },
  { name: '0067-provided-account', ...providedAccount },
  { name: '0068-webhooks-in-audit-log', ...webhooksInAuditLog },
  { name: '0069-feeds-that-came', ...feedsThatCame },
  { name: '0070-refused-feed-of-source', ...refusedFeedOfSource },
  { name: '0071-live-shops', ...liveShops },
  { name: '0075-triggers-read-less', ...triggersReadLess },
  { name: '0076-pending-settings', ...pendingSettings },
  { name: '0077-number-of-counts', ...numberOfCounts },
  { name: '0078-log-scope', ...logScope },
  { name: '0079-published-in-place', ...publishedInPlace },
  { name: '0080-owed-since', ...owedSince },
  { name: '0081-grown-feeds', ...grownFeeds },
  { name: '0082-source-servers', ...sourceServers },
  { name: '0084-settings-seen', ...settingsSeen },
  { name: '0085-undo-in-chunks', ...undoInChunks },
  { name: '0086-read-back-by-file', ...readBackByFile },
  { name: '0087-zeros-first', ...zerosFirst },
  { name: '0088-positions-of-a-call', ...positionsOfACall },
  { name: '0092-levels-logged-by-a-kept-plan', ...levelsLogged },
  { name: '0098-files-between-windows', ...filesBetweenWindows },
  { name: '0093-one-posting-by-its-key', ...onePosting },
  { name: '0094-one-change-as-it-is', ...oneChange },
  { name: '0099-packed-rows', ...packedRows },
  { name: '0100-who-reads-records', ...whoReadsRecords },
  { name: '0101-look-sooner', ...lookSooner },
  { name: '0102-what-a-mapping-has-not-met', ...notOnShopify },
  { name: '0103-applied-rows-of-a-file', ...appliedRowsOfFile },
  { name: '0104-one-index-of-applied-rows', ...oneIndexOfApplied },
  { name: '0105-files-by-time', ...filesByTime },
  { name: '0106-what-ends-a-refused-feed', ...whatEndsARefusedFeed },
];

/** In their order. */
export const MIGRATION_NAMES: readonly string[] = MIGRATIONS.map(({ name }) => name);

/** Knex's view of the migrations: named in code, so that they load the same way from any bundle. */
export const migrationSource: Knex.MigrationSource<NamedMigration> = {
  getMigrations: () => Promise.resolve([...MIGRATIONS]),
  getMigrationName: (migration) => migration.name,
  getMigration: (migration) => Promise.resolve({ up: migration.up, down: refuseDown }),
};

/** Migrations only go forward: a step back on live inventory is a restore, never an undo. */
function refuseDown(): Promise<void> {
  return Promise.reject(new Error('Migrations only go forward; restore a backup instead.'));
}
