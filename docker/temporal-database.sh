#!/bin/sh
# Makes Temporal's two databases and brings their schema to the release of this image (temporalio/admin-tools). Runs at
# every start: what is there stays. Where the server is, and as whom, is said by SQL_HOST, SQL_USER and SQL_PASSWORD,
# which temporal-sql-tool reads itself, so that the password is in no process list.
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
