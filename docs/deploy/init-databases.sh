#!/bin/bash
# Runs once, when the PostgreSQL volume is new: the owner of our tables, our database, and Temporal's login.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username postgres \
  -v owner_password="$VF_OWNER_PASSWORD" -v temporal_password="$TEMPORAL_DB_PASSWORD" <<'SQL'
create role vf_owner login createrole nosuperuser password :'owner_password';
create database vouchflow owner vf_owner encoding 'UTF8' template template0;
create role temporal login createdb password :'temporal_password';
SQL
