#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { keepMemoryLean } from './cli/lean-memory.ts';

// Halves the time of short commands; what is imported before it is not cached, hence the imports below.
enableCompileCache();
keepMemoryLean();

const { runCli } = await import('./cli/run-cli.ts');
const { COMMANDS } = await import('./commands.ts');
process.exitCode = await runCli(COMMANDS, process.argv.slice(2));
