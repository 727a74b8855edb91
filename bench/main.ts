/**
 * `npm run bench [NAME…] [-- --json] [--write]`: measures the claims of the design against baselines that run beside
 * them. `--json` ends with one line of figures; `--write` puts the table into `docs/performance.md`. `contact-sync -- --size
 * 100000 [--size 1000000]` measures syncs of those sizes instead, which takes minutes.
 */
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import type { Benchmark, Measurement } from './benchmark.ts';
import { contactSize } from './contact-size.ts';
import { contactSync } from './contact-sync.ts';
import { hubspotBudget } from './hubspot-budget.ts';
import { list } from './list.ts';
import { redirect } from './redirect.ts';
import { machineLine, plainTable, writeTable } from './report.ts';
import { webhookIngest } from './webhook-ingest.ts';

const benchmarks: readonly Benchmark[] = [hubspotBudget, contactSync, webhookIngest, redirect, list];

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    size: { type: 'string', multiple: true, default: [] },
  },
});

const sizes = options.size.map(Number).sort((a, b) => a - b);
if (
  sizes.length > 0 &&
  (names.join() !== contactSync.name || !sizes.every((size) => Number.isInteger(size) && size > 0))
) {
  console.error('--size takes a whole number of contacts, and belongs to contact-sync alone.');
  process.exit(2);
}

const unknown = names.filter((name) => !benchmarks.some((each) => each.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}. These there are: ${benchmarks.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

console.log(pc.dim(machineLine()));
const rows: Measurement[] = [];
const wanted =
  sizes.length > 0
    ? [contactSize(sizes)]
    : benchmarks.filter(({ name }) => names.length === 0 || names.includes(name));
for (const benchmark of wanted) {
  console.log(`\n${pc.bold(benchmark.name)}  ${pc.dim(benchmark.about)}`);
  const measured = await benchmark.run({ say: (line) => console.log(pc.dim(`  ${line}`)) });
  rows.push(...measured);
  console.log(plainTable(measured));
}
if (options.write) writeTable(rows);
if (options.json) console.log(JSON.stringify({ rows }));
process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1;
