#!/bin/sh
# Photographs every page and every state of a call in every size, light and dark, and checks that controls fit.
#   tests/e2e/matrix.sh [PATH-TO-ALDIS]                     E2E_LANGUAGE=de: in German
# One sheet a state: test-artefacts/e2e/sheets/; the pictures themselves are beside that folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
E2E_MATRIX=1 ONLY=matrix "$here/run.sh" "$@"
node "$here/stage/sheets.js"
