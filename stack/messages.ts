/** What `npm start` tells the person in front of it. */
import { relative } from 'node:path';
import colors from 'picocolors';
import type { ChildEnd } from './child.ts';
import type { PartName } from './state-file.ts';

export const titles: Readonly<Record<PartName, string>> = {
  api: 'The API',
  worker: 'The worker',
  sandbox: 'The HubSpot sandbox',
  temporal: 'Temporal',
  postgres: 'PostgreSQL',
};

export const endedText = (part: PartName, { code, signal }: ChildEnd, logTail: string): string =>
  `\n${titles[part]} ended ${signal ? `by ${signal}` : `with exit code ${code}`}. Its last lines:\n${indented(logTail)}`;

/** Names and addresses in two columns. */
export function addressLines(addresses: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(addresses).map((name) => name.length)) + 3;
  const lines = Object.entries(addresses).map(
    ([name, address]) => `  ${name.padEnd(width)}${colors.cyan(address)}`,
  );
  return lines.join('\n');
}

export function readyText({
  addresses,
  signInLink,
  dataDir,
  seconds,
}: {
  readonly addresses: Readonly<Record<string, string>>;
  readonly signInLink: string;
  readonly dataDir: string;
  readonly seconds: number;
}): string {
  const below = relative(process.cwd(), dataDir);
  const folder = below.startsWith('..') ? dataDir : below || '.';
  const shown = { ...addresses, Data: `${folder}/`, Logs: `${folder}/logs/` };
  return `\n${colors.green('Vouchflow is ready')} (${seconds.toFixed(1)} s).\n\n${addressLines(shown)}\n\nOpen the dashboard with this link, once, within half an hour:\n\n  ${colors.cyan(signInLink)}\n\nCtrl-C stops it; a second Ctrl-C kills.\n`;
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
