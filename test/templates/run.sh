#!/bin/bash
# Templates of every kind of config under AWS's cfn-lint, which pip installs once into a directory of its own; and the package as
# others install it, with the example of their app. `npm run test:templates` calls this; arguments go to vitest.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

CFN_LINT='cfn-lint==1.58.0'
CFN_LINT_HOME=${CINDERKEEP_CFN_LINT_HOME:-${TMPDIR:-/tmp}/cinderkeep-cfn-lint-1.58.0}

fail() { printf 'test:templates: %s\n' "$*" >&2; exit 2; }

if [ ! -e "$CFN_LINT_HOME/installed" ]; then
  python3 -m venv --clear "$CFN_LINT_HOME" || fail 'needs python3 with venv (Debian: apt-get install python3-venv)'
  "$CFN_LINT_HOME/bin/pip" install --quiet --disable-pip-version-check "$CFN_LINT" || fail "pip could not install $CFN_LINT"
  touch "$CFN_LINT_HOME/installed"
fi
export CFN_LINT=$CFN_LINT_HOME/bin/cfn-lint
PATH="$PWD/node_modules/.bin:$PATH" exec vitest run --config vitest.templates.config.ts "$@"
