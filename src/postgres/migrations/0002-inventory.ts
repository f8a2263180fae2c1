import type { Knex } from 'knex';

/** The ledger, the levels that are its sums, the settings beside them, and the orders that claim stock. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE product_facility (
      product_id       text NOT NULL REFERENCES product,
      facility_id      text NOT NULL REFERENCES facility,
      quantity_on_hand integer NOT NULL DEFAULT 0,
      reserved         integer NOT NULL DEFAULT 0,
      minimum_stock    integer NOT NULL DEFAULT 0 CHECK (minimum_stock >= 0),
      allow_brokering  boolean NOT NULL DEFAULT true,
      PRIMARY KEY (product_id, facility_id)
    );
    CREATE INDEX product_facility_by_facility ON product_facility (facility_id);
    COMMENT ON TABLE product_facility IS
      'A product at a facility: its levels (sums of the ledger) and its settings, in one row so that Online ATP reads one index.';

    CREATE TABLE product_facility_group (
      product_id        text NOT NULL REFERENCES product,
      facility_group_id text NOT NULL REFERENCES facility_group,
      threshold         integer NOT NULL CHECK (threshold >= 0),
      PRIMARY KEY (product_id, facility_group_id)
    );

    CREATE TABLE inventory_item_detail (
      inventory_item_detail_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      product_id            text NOT NULL REFERENCES product,
      facility_id           text NOT NULL REFERENCES facility,
      quantity_on_hand_diff integer NOT NULL,
      reserved_diff         integer NOT NULL,
      reason_enum_id        text NOT NULL,
      source                text NOT NULL,
      created_at            timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX inventory_item_detail_by_product ON inventory_item_detail (product_id, facility_id);
    COMMENT ON TABLE inventory_item_detail IS 'The append-only ledger. Its sums are the levels in product_facility.';
    COMMENT ON COLUMN inventory_item_detail.source IS 'What caused the posting: a feed file, an order item, a person.';

    CREATE FUNCTION post_ledger_to_levels() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      -- In key order, so that two postings of many products cannot wait for each other in a circle.
      INSERT INTO product_facility AS level (product_id, facility_id, quantity_on_hand, reserved)
      SELECT product_id, facility_id, sum(quantity_on_hand_diff), sum(reserved_diff)
      FROM posted GROUP BY product_id, facility_id ORDER BY product_id, facility_id
      ON CONFLICT (product_id, facility_id) DO UPDATE SET
        quantity_on_hand = level.quantity_on_hand + excluded.quantity_on_hand,
        reserved = level.reserved + excluded.reserved;
      RETURN NULL;
    END $$;
    CREATE TRIGGER post_to_levels AFTER INSERT ON inventory_item_detail
      REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION post_ledger_to_levels();

    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0];
    END $$;
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON inventory_item_detail
      FOR EACH ROW EXECUTE FUNCTION refuse_change('the ledger is append-only, post a correction instead');

    -- Depth 0 is a statement of a client; the ledger's own trigger works at depth 1.
    CREATE TRIGGER levels_follow_the_ledger_insert BEFORE INSERT ON product_facility FOR EACH ROW
      WHEN (pg_trigger_depth() = 0 AND (NEW.quantity_on_hand <> 0 OR NEW.reserved <> 0))
      EXECUTE FUNCTION refuse_change('levels are sums of the ledger, post to inventory_item_detail');
    CREATE TRIGGER levels_follow_the_ledger_update BEFORE UPDATE ON product_facility FOR EACH ROW
      WHEN (pg_trigger_depth() = 0
        AND (NEW.quantity_on_hand, NEW.reserved) IS DISTINCT FROM (OLD.quantity_on_hand, OLD.reserved))
      EXECUTE FUNCTION refuse_change('levels are sums of the ledger, post to inventory_item_detail');

    CREATE TABLE shop (
      shop_id           text PRIMARY KEY CHECK (shop_id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'),
      domain            text NOT NULL,
      location_id       text NOT NULL,
      facility_group_id text NOT NULL REFERENCES facility_group,
      access_token_ref  text NOT NULL,
      admin_url         text,
      api_version       text NOT NULL,
      key_space         uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at        timestamptz NOT NULL DEFAULT now(),
      UNIQUE (domain, location_id)
    );
    COMMENT ON COLUMN shop.key_space IS
      'Part of every idempotency key: a shop that is removed and added again counts its files anew, and Shopify must not take them for the old ones.';
    COMMENT ON COLUMN shop.access_token_ref IS 'env:NAME or file:PATH, of an app client:<id>:env:NAME; never the token or secret itself.';

    CREATE TABLE order_item (
      order_id          text NOT NULL,
      order_item_seq_id text NOT NULL,
      shop_id           text REFERENCES shop,
      external_order_id text,
      product_id        text NOT NULL REFERENCES product,
      quantity          integer NOT NULL CHECK (quantity >= 0),
      cancel_quantity   integer NOT NULL DEFAULT 0 CHECK (cancel_quantity >= 0),
      facility_id       text REFERENCES facility,
      status_id         text NOT NULL
        CHECK (status_id IN ('ITEM_CREATED', 'ITEM_APPROVED', 'ITEM_COMPLETED', 'ITEM_CANCELLED')),
      order_date        timestamptz NOT NULL,
      open_quantity     integer NOT NULL GENERATED ALWAYS AS (
        CASE WHEN status_id IN ('ITEM_CREATED', 'ITEM_APPROVED')
          THEN greatest(0, quantity - cancel_quantity) ELSE 0 END) STORED,
      PRIMARY KEY (order_id, order_item_seq_id)
    );
    CREATE UNIQUE INDEX order_item_of_shop ON order_item (shop_id, external_order_id, order_item_seq_id)
      WHERE shop_id IS NOT NULL AND external_order_id IS NOT NULL;
    CREATE INDEX order_item_open ON order_item (product_id) INCLUDE (facility_id, open_quantity)
      WHERE open_quantity > 0;
    COMMENT ON TABLE order_item IS 'The latest state of an order line; its reservation and shipment are posted to the ledger.';
  `);
}
