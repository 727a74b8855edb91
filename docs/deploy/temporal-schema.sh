#!/bin/sh
# Makes and updates Temporal's two databases. Safe to repeat; SQL_PASSWORD is the password of the login `temporal`.
set -eu
for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%:*}
  schema=${pair#*:}
  sql() { temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db "$database" "$@"; }
  sql create
  sql setup-schema -v 0.0
  sql update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
