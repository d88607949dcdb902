#!/usr/bin/env node
/**
 * The `netkit` command.
 *
 * @module
 */
import { run } from './run.ts'

void run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((status) => {
  process.exitCode = status
})
