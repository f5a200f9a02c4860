#!/bin/sh
# Runs one `dealer` command. DEALER_MIGRATE=1 brings the database to the newest schema first (one container only).
set -eu
if [ "${DEALER_MIGRATE:-}" = "1" ]; then
    dealer migrate
fi
exec dealer "$@"
