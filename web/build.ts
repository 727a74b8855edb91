/** Builds the dashboard into `web/dist/dashboard`, beside each file its gzip and brotli form. `npm run build:web`. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const folder = import.meta.dirname;
const target = join(folder, 'dist/dashboard');

async function main(): Promise<void> {
  // A test runner's own value would build the libraries' slower and larger versions for development.
  process.env.NODE_ENV = 'production';
  // Built beside the old one and then put in its place: an API that starts meanwhile finds one or the other.
  const unfinished = join(folder, `dist/.dashboard-${process.pid}`);
  await build({
    configFile: false,
    logLevel: 'warn',
    root: join(folder, 'dashboard'),
    base: '/dashboard/',
    plugins: [react()],
    html: { cspNonce: 'VOUCHFLOW_NONCE' },
    build: {
      outDir: unfinished,
      emptyOutDir: true,
      target: 'es2022',
      // A file inlined as data would need `data:` in the policy of scripts and styles.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 700,
      reportCompressedSize: false,
    },
  });
  const assets = join(unfinished, 'assets');
  for (const name of readdirSync(assets)) compress(join(assets, name));
  rmSync(target, { recursive: true, force: true });
  renameSync(unfinished, target);
}

function compress(file: string): void {
  if (!/\.(js|css|svg)$/.test(file)) return;
  const content = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  );
}

await main();
