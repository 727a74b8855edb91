/**
 * `npm run demo`: the main job on an embedded stack of its own, from an empty folder to rewards issued, in plain words.
 * `--kill` kills the worker twice in the middle and must end with the same figures; `--json` adds them as a last line.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { type Stack, startStack } from '../stack.ts';
import { type Figures, readFigures } from './figures.ts';
import { runScenario } from './scenario.ts';
import { printStory } from './story.ts';

const { values: options } = parseArgs({
  options: { kill: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});

const say = (line = '') => console.log(line);
const startedAt = performance.now();
const aborted = new AbortController();
let stack: Stack | undefined;
process.once('SIGINT', () => {
  aborted.abort(new Error('Stopped by Ctrl-C.'));
  void stack?.stop().then(() => process.exit(130));
});

try {
  say(
    pc.bold('Vouchflow demo') +
      pc.dim(' — real PostgreSQL, real Temporal, a HubSpot sandbox; nothing leaves this machine.'),
  );
  stack = await startStack({
    dataDir: mkdtempSync(join(tmpdir(), 'vouchflow-demo-')),
    throwAway: true,
    ports: 'free',
    durable: false,
    sandbox: true,
    api: true,
    worker: true,
    extraEnv: { RECONCILE_SECONDS: '5' },
    signal: aborted.signal,
    say,
  });
  say(`  Vouchflow          ${stack.urls.app}`);
  say(`  HubSpot sandbox    ${stack.urls.sandbox}`);
  say(`  Temporal UI        ${stack.urls.temporalUi}`);
  say();
  const outcome = await runScenario(stack, { kill: options.kill, say });
  const figures = await readFigures(outcome);
  await printStory(outcome, say);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  printFigures(figures, seconds);
  if (options.json) say(JSON.stringify({ ...figures, seconds }));
  process.exitCode = figures.duplicates === 0 ? 0 : 1;
} catch (error) {
  if (!aborted.signal.aborted) {
    console.error(
      pc.red(`\nThe demo did not end well: ${error instanceof Error ? error.message : String(error)}`),
    );
    if (stack) console.error(stack.logTail('worker'));
  }
  process.exitCode = 1;
} finally {
  await stack?.stop();
}

function printFigures(figures: Figures, seconds: number): void {
  const money = Object.entries(figures.rewardMinor).map(
    ([currency, minor]) => `${currency} ${(minor / 100).toFixed(2)}`,
  );
  say();
  say(pc.bold('Figures'));
  say(`  ${figures.contactsSynced} contacts synced, ${figures.linksWritten} links in HubSpot`);
  say(
    `  ${figures.signUps} sign-ups: ${figures.contactsCreated} contacts created, ${figures.contactsFound} found, ${figures.dealsCreated} deals created`,
  );
  say(`  ${figures.qualified} qualified, ${figures.rewardsIssued} rewards issued (${money.join(', ')})`);
  say(`  ${figures.duplicates} duplicates, ${seconds} s`);
}
