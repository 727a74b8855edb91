/** The browser of the tests: `CHROMIUM`, one on PATH, or Playwright's own; nothing is downloaded. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Null when there is none; with `REQUIRE_BROWSER=1` that is a failure instead. */
export function findChromium(): string | null {
  const candidates = [process.env['CHROMIUM'], ...names.map(onPath), chromium.executablePath()];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found && process.env['REQUIRE_BROWSER'])
    throw new Error('No Chromium: install it, or name it in CHROMIUM.');
  return found ?? null;
}

/** Without the calls home that a browser makes by itself. */
export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

function onPath(name: string): string | null {
  try {
    return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}
