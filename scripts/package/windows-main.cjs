// All that kubectl-istio_upgrade.exe has inside: it runs the program beside it, also through krew's link, whose path Windows reports.
const { realpathSync } = require('node:fs');
const { createRequire } = require('node:module');

createRequire(realpathSync(process.execPath))('./lib/start.cjs');
