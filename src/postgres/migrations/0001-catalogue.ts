import type { Knex } from 'knex';

/** Products, facilities and the groups that decide which facilities sell online. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE product (
      product_id text PRIMARY KEY,
      sku        text NOT NULL UNIQUE,
      upc        text UNIQUE,
      created_at timestamptz NOT NULL DEFAULT now()
    );

    CREATE TABLE facility_type (
      facility_type_id text PRIMARY KEY,
      parent_type_id   text REFERENCES facility_type,
      is_virtual       boolean NOT NULL
    );
    COMMENT ON COLUMN facility_type.is_virtual IS
      'A parking place for orders: holds no stock that can be promised.';

    INSERT INTO facility_type (facility_type_id, parent_type_id, is_virtual) VALUES
      ('RETAIL_STORE',       NULL,               false),
      ('WAREHOUSE',          NULL,               false),
      ('VIRTUAL_FACILITY',   NULL,               true),
      ('NA',                 'VIRTUAL_FACILITY', true),
      ('PRE_ORDER',          'VIRTUAL_FACILITY', true),
      ('BACKORDER',          'VIRTUAL_FACILITY', true),
      ('CONFIGURATION',      'VIRTUAL_FACILITY', true),
      ('GENERAL_OPERATIONS', 'VIRTUAL_FACILITY', true),
      ('RELEASED_ORD',       'VIRTUAL_FACILITY', true);

    CREATE TABLE facility (
      facility_id      text PRIMARY KEY,
      facility_name    text NOT NULL,
      facility_type_id text NOT NULL REFERENCES facility_type,
      external_id      text UNIQUE,
      created_at       timestamptz NOT NULL DEFAULT now()
    );

    CREATE TABLE facility_group (
      facility_group_id      text PRIMARY KEY,
      facility_group_type_id text NOT NULL DEFAULT 'CHANNEL_FAC_GROUP'
        CHECK (facility_group_type_id = 'CHANNEL_FAC_GROUP'),
      facility_group_name    text NOT NULL,
      default_threshold      integer NOT NULL DEFAULT 0 CHECK (default_threshold >= 0),
      floor_per_facility     boolean NOT NULL DEFAULT true,
      created_at             timestamptz NOT NULL DEFAULT now()
    );

    CREATE TABLE facility_group_member (
      facility_group_id text NOT NULL REFERENCES facility_group,
      facility_id       text NOT NULL REFERENCES facility,
      from_date         timestamptz NOT NULL,
      thru_date         timestamptz,
      PRIMARY KEY (facility_group_id, facility_id, from_date),
      CHECK (thru_date > from_date)
    );
    COMMENT ON TABLE facility_group_member IS 'In force while from_date <= t < thru_date; history is kept.';

    INSERT INTO facility_group (facility_group_id, facility_group_name) VALUES ('FAC_GRP', 'Online');
  `);
}
