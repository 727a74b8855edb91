/** How figures are shown: on the terminal, and as the table that `docs/performance.md` holds. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Measurement } from './benchmark.ts';

const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const markers = { begin: '<!-- bench: begin -->', end: '<!-- bench: end -->' } as const;

export const plainTable = (rows: readonly Measurement[]): string =>
  rows
    .map(
      (row) =>
        `  ${row.holds ? 'holds     ' : 'falls short'} ${row.name}: ${row.figure} ${row.unit}${besides(row)}  (target: ${row.target})`,
    )
    .join('\n');

/** Machine, Node and commit: a figure without them says nothing. */
export function machineLine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${memory} GiB, Node ${process.versions.node}, commit ${commit()}, ${new Date().toISOString().slice(0, 16)}Z`;
}

/** Replaces the rows that were measured now; those of other benchmarks stay, each with the line of its own run. */
export function writeTable(rows: readonly Measurement[]): void {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = split(text, markers.begin);
  const [table, after] = split(rest, markers.end);
  const kept = table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| What'))
    .filter((line) => !rows.some(({ name }) => line.startsWith(`| ${name} |`)));
  const lines = [...kept, ...rows.map(tableRow)].sort();
  const header = [
    '| What | Target | Figure | Baseline | Ratio | Holds | Run |',
    '|---|---|---|---|---|---|---|',
  ];
  writeFileSync(
    page,
    `${before}${markers.begin}\n${[...header, ...lines].join('\n')}\n${markers.end}${after}`,
  );
}

function tableRow({ name, target, figure, unit, baseline, ratio, holds }: Measurement): string {
  const cells = [
    name,
    target,
    `${figure} ${unit}`,
    baseline === undefined ? '' : `${baseline} ${unit}`,
    ratio === undefined ? '' : `${ratio} ×`,
    holds ? 'yes' : '**no**',
    `${new Date().toISOString().slice(0, 16)}Z, ${commit()}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const besides = ({ baseline, ratio, unit }: Measurement): string =>
  baseline === undefined ? '' : ` beside ${baseline} ${unit}${ratio === undefined ? '' : `, ${ratio} ×`}`;

function split(text: string, marker: string): [before: string, after: string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`docs/performance.md has no line ${marker}`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' + changes'}`;
  } catch {
    return 'unknown';
  }
}
