import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An inference profile that somebody made, to tell the cost of some requests from that of others. */
export interface ApplicationProfile {
  /** 12 letters and digits. */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly description?: string;
  /** The model behind it, and its ARN in each Region that requests go to. */
  readonly baseModelId: string;
  readonly modelArns: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** All application profiles of a server, in memory and on disk: one small JSON file each. */
export interface ApplicationProfiles {
  get(id: string): ApplicationProfile | undefined;
  /** In the order of their creation. */
  all(): readonly ApplicationProfile[];
  add(profile: ApplicationProfile): void;
  remove(id: string): void;
}

/** Opens the profiles of a folder, which is made where there is none; without one nothing is kept. */
export function openApplicationProfiles(dir?: string): ApplicationProfiles {
  const profiles = new Map((dir === undefined ? [] : readProfiles(dir)).map((profile) => [profile.id, profile]));
  return {
    get: (id) => profiles.get(id),
    all: () => [...profiles.values()],
    add(profile) {
      if (dir !== undefined) write(dir, profile);
      profiles.set(profile.id, profile);
    },
    remove(id) {
      if (dir !== undefined) rmSync(join(dir, `${id}.json`), { force: true });
      profiles.delete(id);
    },
  };
}

function write(dir: string, profile: ApplicationProfile): void {
  const path = join(dir, `${profile.id}.json`);
  writeFileSync(`${path}.tmp`, JSON.stringify(profile));
  renameSync(`${path}.tmp`, path);
}

function readProfiles(dir: string): readonly ApplicationProfile[] {
  mkdirSync(dir, { recursive: true });
  const files = readdirSync(dir).filter((name) => name.endsWith('.json'));
  const profiles = files.map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as ApplicationProfile);
  return profiles.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}
