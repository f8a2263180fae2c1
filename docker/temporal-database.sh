#!/bin/sh
# Creates Temporal's two databases and brings their schema to the release of this image (temporalio/admin-tools). Runs at
# every start and keeps what is there. SQL_HOST, SQL_USER and SQL_PASSWORD name the server and the user; temporal-sql-tool
# reads them itself, so that no process list shows the password.
set -eu

export SQL_PLUGIN=postgres12 SQL_PORT="${SQL_PORT:-5432}"
schema=/etc/temporal/schema/postgresql/v12

bring_up_to_date() {
  export SQL_DATABASE="$1"
  temporal-sql-tool create-database
  temporal-sql-tool setup-schema --version 0.0
  temporal-sql-tool update-schema --schema-dir "$schema/$2/versioned"
}

bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility
