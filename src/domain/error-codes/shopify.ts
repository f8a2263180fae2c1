/** Calls to Shopify, and rows of a file that Shopify cannot take. */
import { ACCESS_SCOPES_NEEDED } from '../access-scopes.ts';
import type { ErrorEntry } from './error-entry.ts';

/** Shopify's own code for a key that came with other variables before. */
export const KEY_REUSED = 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH';

/** A blocked file of these: see `isMendedAtShop`. */
const GOES_ON = 'A file that is blocked by it goes on with the next run';

const RETRY_IF_BLOCKED = '`atp lane <shop> retry <sequence>` if a file is blocked by it';

export const SHOPIFY_ERRORS = {
  SHOPIFY_UNREACHABLE: {
    class: 'retry',
    message: (d) => `Shopify cannot be used for ${d.domain}: ${d.reason}.`,
    hint: {
      cases: [
        {
          when: 'quantities were being written',
          applies: (d) => d.call === 'write',
          hint: 'Nobody knows whether Shopify has applied this call. It is sent again with the same key, so it cannot count twice.',
        },
      ],
      otherwise: (d) =>
        `Check that the shop’s domain is right, and that this machine reaches https://${d.domain}. If it does, Shopify itself may be down: https://www.shopifystatus.com.`,
    },
  },
  SHOPIFY_THROTTLED: {
    class: 'retry',
    message: (d) => `Shopify asks us to slow down for ${d.domain}.`,
    hint: 'Many calls to this shop use up its quota. Jobs wait and try again by themselves; repeat a command after a minute.',
  },
  CALL_NOT_SENT_IN_TIME: {
    class: 'retry',
    message: (d) =>
      `A call to ${d.domain} could not be sent within ${d.seconds} s: Shopify has got nothing of it.`,
    hint: (d) =>
      `It is sent again by itself. If it lasts, see whether this machine stands still (suspended, out of memory or CPU) and how fast it connects to https://${d.domain}.`,
  },
  SHOPIFY_ACCESS_DENIED: {
    class: 'blocks-lane',
    message: (d) => `Shopify refuses access to ${d.domain}: ${d.reason}.`,
    hint: `Check the shop’s token and the app’s scopes (${ACCESS_SCOPES_NEEDED.join(', ')}); \`atp doctor\` names what is missing. \`atp shop set <shop> --token <env:NAME|file:PATH>\` names another token. ${GOES_ON}.`,
  },
  SHOPIFY_CREDENTIAL_MISSING: {
    class: 'blocks-lane',
    message: (d) => `The access token of shop "${d.shopId}" cannot be read from ${d.reference}.`,
    hint: `Put the credential, and nothing else, into the environment variable or the file that the shop refers to, for the worker, too; a worker reads its variables when it starts, so restart the worker. ${GOES_ON}.`,
  },
  SHOPIFY_REQUEST_REFUSED: {
    class: 'blocks-lane',
    message: (d) => `Shopify refused a request for ${d.domain}: ${d.reason}.`,
    hint: {
      cases: [
        {
          when: `the reason is ${KEY_REUSED}`,
          applies: (d) => d.refusalCode === KEY_REUSED,
          hint: 'A retry would be refused again. `atp lane <shop> skip <sequence>` leaves the file out; its products come with the next file, under new keys. Please report it.',
        },
      ],
      otherwise: `Mend what the reason names: the shop’s domain, the shop in Shopify, or the request. Then ${RETRY_IF_BLOCKED}.`,
    },
  },
  SHOPIFY_RESPONSE_UNEXPECTED: {
    class: 'retry',
    message: (d) => `Shopify answered something that is not understood: ${d.reason}.`,
    hint: 'Nothing counts twice: a read changes nothing, and a write is repeated with the same key. If it lasts, see whether Shopify still supports the shop’s API version (`atp shop list` shows it).',
  },
  LOCATION_UNUSABLE: {
    class: 'blocks-lane',
    message: (d) => `Shopify location ${d.locationId} of ${d.domain} cannot be used: ${d.reason}.`,
    hint: `Activate the location in Shopify (Settings > Locations). ${GOES_ON}. If it is the wrong one: \`atp shop set <shop> --location <gid>\`. A drain of a location that is gone can be left out: \`skip\`.`,
  },

  ITEM_NOT_FOUND: {
    class: 'row',
    message: (d) => `Shopify has no inventory item ${d.inventoryItemId}.`,
    hint: 'The variant was deleted or made anew: `atp shop map <shop>` finds the new one.',
  },
  ITEM_NOT_TRACKED: {
    class: 'row',
    message: (d) => `Shopify does not track the quantity of ${d.inventoryItemId}.`,
    hint: 'Switch "Track quantity" on for the variant in Shopify; the product then comes back by itself.',
  },
  LEVEL_INACTIVE: {
    class: 'row',
    message: (d) => `${d.inventoryItemId} is not stocked at the shop's location.`,
    hint: 'Stock the item at the location in Shopify, which would not sell a quantity written now; the product then comes back by itself.',
  },
  ITEM_NOT_MUTABLE: {
    class: 'row',
    message: (d) => `Shopify does not let the quantity of ${d.inventoryItemId} be set.`,
    hint: 'It is a bundle, or another app keeps its quantity, so only its components or that app can change it. When that has ended, `atp lane <shop> release <sku>` sends it again.',
  },
  ROW_REFUSED: {
    class: 'row',
    message: (d) => `Shopify refused the row of ${d.inventoryItemId}: ${d.reason}.`,
    hint: 'Read the reason and mend its cause; then `atp lane <shop> release <sku>` sends the product with the next file.',
  },
  QUANTITY_STALE: {
    class: 'row',
    message: (d) =>
      `The quantity of ${d.inventoryItemId} changed on Shopify during each of ${d.tries} tries.`,
    hint: 'Nothing to do: the product sells faster than it can be written. It is owed and comes with the next file.',
  },
} as const satisfies Record<string, ErrorEntry>;
