#!/usr/bin/env node
import { createCli } from './cli.ts';
import { AppError, ConfigError, messageOf } from './errors.ts';

/** `EX_CONFIG` of sysexits.h. */
const EXIT_CONFIG = 78;

try {
  await createCli().parseAsync();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  if (error instanceof AppError) {
    if (error.hint) process.stderr.write(`  → ${error.hint}\n`);
  } else if (error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}
