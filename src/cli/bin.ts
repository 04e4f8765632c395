#!/usr/bin/env node
/** The command `anthropic-otel`. This file runs on any Node version that has ES modules, and loads the rest on versions that support it. */
const OLDEST = [22, 15] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(
    `anthropic-otel needs Node.js ${OLDEST.join('.')} or later, but this is ${process.versions.node}. ` +
      'Install a current Node.js (https://nodejs.org), or run: npx --package=node@24 --package=anthropic-otel anthropic-otel',
  );
  process.exitCode = 2;
} else {
  import('./main.ts').then(({ main }) => main(process.argv.slice(2)));
}
