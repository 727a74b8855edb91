#!/bin/sh
# Makes the namespace once the server answers. Closed runs are kept for 30 days, as `npm start` keeps them.
set -eu
# By address: the CLI of this image does not always resolve the service's name.
address=$(getent ahosts temporal | awk '/STREAM/ { print $1; exit }')
export TEMPORAL_ADDRESS="$address:7233"
tries=0
until temporal operator cluster health; do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then exit 1; fi
  sleep 2
done
temporal operator namespace describe --namespace default ||
  temporal operator namespace create --namespace default --retention 720h
