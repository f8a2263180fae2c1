/**
 * Two command lines for each command, as its help text shows them: the plainest one, and one for a day on which something
 * is different. test/cli/examples.test.ts types each of them, so none can be wrong.
 */

/** Without `atp` in front. */
type Examples = readonly [plain: string, special: string];

export const EXAMPLES: Readonly<Record<string, Examples>> = {
  up: ['up', 'up --detach --seed'],
  down: ['down', 'down --json'],
  status: ['status', 'status --json'],
  config: ['config', 'config --json'],
  doctor: ['doctor', 'doctor --ledger'],
  migrate: ['migrate', 'migrate --roles'],
  'facility list': ['facility list', 'facility list --json'],
  'facility add': [
    "facility add BROADWAY --name 'Broadway store' --type RETAIL_STORE",
    "facility add NJ_DC --name 'New Jersey' --type WAREHOUSE --external-id 17",
  ],
  'facility set': [
    "facility set BROADWAY --name 'Broadway and 17th'",
    'facility set BROADWAY --closed 2026-12-31T18:00:00-05:00',
  ],
  'facility remove': ['facility remove BROADWAY', 'facility remove BROADWAY --json'],
  'group list': ['group list', 'group list --json'],
  'group create': ['group create OUTLET', "group create OUTLET --name 'Outlet shop'"],
  'group add': [
    'group add FAC_GRP SOHO QUEENS NJ_DC',
    'group add FAC_GRP POP_UP --thru 2026-12-24T18:00:00-05:00',
  ],
  'group remove': [
    'group remove FAC_GRP BROADWAY',
    'group remove FAC_GRP BROADWAY --at 2027-01-02T00:00:00-05:00',
  ],
  'group set': ['group set FAC_GRP --threshold 2', 'group set FAC_GRP --floor on --at-most 50'],
  'product list': ['product list', 'product list --sku BLUE-SHIRT-M'],
  'product add': [
    'product add 10001 --sku BLUE-SHIRT-M',
    'product add 10002 --sku BLUE-SHIRT-L --upc 4006381333931',
  ],
  'product set': [
    'product set BLUE-SHIRT-M --facility BROADWAY --safety-stock 2',
    'product set --all --facility BROADWAY --safety-stock 2',
  ],
  'product import': [
    'product import --from-shop acme --dry-run',
    'product import --from-shop acme --facility NJ_DC',
  ],
  'product pushes': ['product pushes BLUE-SHIRT-M', 'product pushes BLUE-SHIRT-M --shop acme --read-now'],
  'product remove': ['product remove BLUE-SHIRT-M', 'product remove BLUE-SHIRT-M --json'],
  'shop list': ['shop list', 'shop list --json'],
  'shop add': [
    'shop add acme --domain acme.myshopify.com --location gid://shopify/Location/70000000001 --group FAC_GRP --token env:ACME_TOKEN',
    'shop add acme --domain acme.myshopify.com --location gid://shopify/Location/70000000001 --group FAC_GRP --client-id 8f3e0 --client-secret env:ACME_SECRET',
  ],
  'shop set': ['shop set acme --token env:ACME_TOKEN', 'shop set acme --order-lag 6h --collapse-limit 30'],
  'shop remove': ['shop remove acme --drain', "shop remove acme --force --reason 'the store was closed'"],
  'shop drain': ['shop drain acme', "shop drain acme --dismiss --reason 'sold by the outlet now'"],
  'shop history': ['shop history acme', 'shop history acme --days 30 --time-zone Europe/Berlin'],
  'shop differences': [
    'shop differences acme',
    'shop differences acme --cause CHANGED_ON_SHOPIFY --limit 1000',
  ],
  'shop heal': ['shop heal acme', 'shop heal acme --sku BLUE-SHIRT-M BLUE-SHIRT-L --yes'],
  'shop map': ['shop map acme', 'shop map acme --approve'],
  import: [
    'import RESET_INVENTORY__count.csv --type RESET_INVENTORY',
    'import count.csv --type REC_INV_COUNT --dry-run',
  ],
  'import list': ['import list', 'import list --state held --json'],
  'import show': ['import show 17', 'import show 17 --json'],
  'import refused': ['import refused 17', 'import refused 17 --after 250 --json'],
  'import approve': [
    "import approve 17 --reason 'the store was refilled'",
    "import approve 17 --reason 'the store was refilled' --json",
  ],
  'import reject': [
    "import reject 17 --reason 'quantities in cents'",
    "import reject 17 --reason 'sent twice' --by Ann",
  ],
  'import undo': [
    "import undo 17 --reason 'the file of the other store'",
    "import undo 17 --reason 'the file of the other store' --json",
  ],
  'what-if': ['what-if --facility BROADWAY --sells no', 'what-if --group OUTLET --threshold 5 --limit 20'],
  explain: ['explain BLUE-SHIRT-M', 'explain BLUE-SHIRT-M --shop acme --at 2026-11-24T12:00:00Z'],
  'feed list': ['feed list', 'feed list --json'],
  'feed expect': ['feed expect RESET_INVENTORY --every 1d', 'feed expect RESET_INVENTORY --every none'],
  'feed dismiss': [
    "feed dismiss RESET_INVENTORY__17.csv --reason 'sent again'",
    "feed dismiss --type ORDER_ITEMS --reason 'the shop has sent all of them again'",
  ],
  'source list': ['source list', 'source list --json'],
  'source add': [
    'source add store-12 --separator semicolon --decimal comma --fixed facilityId=STORE_12',
    "source add erp --column 'Available Qty=availableQty' SKU=idValue --time-zone America/New_York",
  ],
  'source set': [
    'source set erp --status ITEM_HOLD=ITEM_CREATED',
    'source set erp --rows sum --encoding none',
  ],
  'source remove': ['source remove erp', 'source remove erp --json'],
  'source connect': [
    'source connect store-12 --host sftp.example.com --username atp --folder /out --host-key SHA256:9Xn2m4lcR0bC2s0m3QhYb4kS7vC1dVtq8n5l0d0m9eA --private-key-file /run/secrets/store-12-key',
    'source connect store-12 --host sftp.example.com --port 2222 --username atp --folder /out --host-key SHA256:9Xn2m4lcR0bC2s0m3QhYb4kS7vC1dVtq8n5l0d0m9eA --password env:STORE_12_PASSWORD',
  ],
  'source disconnect': ['source disconnect store-12', 'source disconnect store-12 --json'],
  'source columns': [
    'source columns stock.csv --source store-3',
    "source columns stock.csv --source store-3 --column 'Artikel=idValue'",
  ],
  'source test': [
    'source test count.csv --type RESET_INVENTORY --source erp',
    'source test ORDER_ITEMS__17.csv --source erp',
  ],
  'job list': ['job list', 'job list --shop acme'],
  'job show': ['job show import', 'job show recent-changes --shop acme'],
  'job schedule': [
    'job schedule recent-changes --shop acme --live',
    "job schedule hard-sync --shop acme --cron '0 3 * * *' --time-zone America/New_York",
  ],
  'job preview': [
    'job preview recent-changes --every 15m',
    "job preview hard-sync --cron '30 2 * * *' --time-zone Europe/Berlin",
  ],
  'job cancel': [
    "job cancel import --reason 'wrong feed'",
    "job cancel hard-sync --shop acme --reason 'nobody works on it' --force",
  ],
  'job pause': [
    'job pause import --reason stock-taking',
    "job pause recent-changes --shop acme --reason 'new prices first'",
  ],
  'job resume': ['job resume import', "job resume recent-changes --shop acme --reason 'counted'"],
  'job skip': ['job skip import', 'job skip hard-sync --shop acme'],
  'job run': ['job run import --wait', 'job run recent-changes --shop acme --sku BLUE-SHIRT-M,BLUE-SHIRT-L'],
  verify: ['verify acme', 'verify acme --sample 500 --heal'],
  pipeline: ['pipeline', 'pipeline failed --shop acme --limit 10'],
  'run show': [
    'run show hardSync/acme 0197f1d2-6c3e-7a51-9c0e-3f6f0d1b2a45',
    'run show importInventory 0197f1d2-6c3e-7a51-9c0e-3f6f0d1b2a45 --json',
  ],
  lane: ['lane acme', "lane acme approve 1 --reason 'compared with the shop'"],
  'user add': ['user add ann --role admin', 'user add bob@example.com --role operator --json'],
  'user list': ['user list', 'user list --json'],
  'user set-role': ['user set-role bob --role viewer', 'user set-role bob --role viewer --json'],
  'user set-password': ['user set-password bob', 'user set-password bob --json'],
  'user remove': ['user remove bob', 'user remove bob --json'],
  'token add': ['token add ci --role viewer', 'token add warehouse --role operator --days 30'],
  'token list': ['token list', 'token list --json'],
  'token revoke': ['token revoke ci', 'token revoke warehouse --json'],
  'audit log': ['audit log', 'audit log --act shop.set --since 2026-11-24T00:00:00Z'],
  completion: ['completion bash', 'completion fish'],
  worker: ['worker', 'worker --wait'],
  watch: ['watch', 'watch --json'],
  serve: ['serve', 'serve --json'],
  'temporal setup': ['temporal setup', 'temporal setup --json'],
  'alert list': ['alert list', 'alert list --json'],
  'alert add': [
    'alert add on-call --webhook https://alerts.example.com/atp --secret env:ALERT_SECRET',
    'alert add stock --mail stock@example.com --smtp file:/etc/atp/smtp-url --severity critical',
  ],
  'alert conditions': ['alert conditions', 'alert conditions --shop acme --severity critical'],
  'alert test': ['alert test on-call', 'alert test on-call --json'],
  'alert remove': ['alert remove on-call', 'alert remove on-call --json'],
};
