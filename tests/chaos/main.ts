/**
 * `npm run chaos [-- --seeds N] [--from SEED] [--contacts N] [--json]`: disturbs a contact sync once per seed. A seed
 * repeats the schedule of kills, not their interleaving with the work.
 */
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { type DisturbedSync, disturbSync } from './sync/disturbed-sync.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    contacts: { type: 'string', default: '20000' },
    json: { type: 'boolean', default: false },
  },
});
const [seeds, from, contacts] = [values.seeds, values.from, values.contacts].map(Number);
if (!seeds || !from || !contacts) {
  console.error('--seeds, --from and --contacts are whole numbers above zero.');
  process.exit(2);
}

const runs: (Omit<DisturbedSync, 'disturbed' | 'undisturbed'> & { readonly equal: boolean })[] = [];
for (let seed = from; seed < from + seeds; seed += 1) {
  const { disturbed, undisturbed, ...run } = await disturbSync({ seed, contacts });
  const equal = JSON.stringify(disturbed) === JSON.stringify(undisturbed);
  runs.push({ ...run, equal });
  const killed = run.kills.map(({ part, seen }) => `${part}@${seen}`).join(' ');
  const verdict = equal && run.violations.length === 0 ? pc.green('equal') : pc.red('DIFFERENT');
  console.log(
    `seed ${seed}  ${verdict}  ${disturbed.linked.length} linked  recovered in ${run.recoveredMs} ms  ${pc.dim(killed)}`,
  );
  for (const sentence of run.violations) console.log(pc.red(`  ${sentence}`));
}
if (values.json) console.log(JSON.stringify({ runs }));
process.exitCode = runs.every(({ equal, violations }) => equal && violations.length === 0) ? 0 : 1;
