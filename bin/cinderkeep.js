#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Plain JavaScript, so that a Node too old for what follows can still say so.
const OLDEST_MAJOR = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_MAJOR) {
  console.error(
    `cinderkeep: this is Node ${process.versions.node}, and Node ${OLDEST_MAJOR} or later is needed; ` +
      'in the project directory `npm start` and `npx cinderkeep` bring their own',
  );
  process.exitCode = 2;
} else {
  // Node runs no TypeScript of a package: that one brings what was made of it.
  const source = new URL('./cinderkeep.ts', import.meta.url);
  await import(existsSync(source) ? source.href : '../dist/bin/cinderkeep.js');
}
