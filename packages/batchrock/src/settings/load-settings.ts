import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { storageError, systemErrorCode } from '../node/index.ts';
import { parseSettings, SETTINGS, type SettingsFile } from './settings.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The name of a project's file. */
export const PROJECT_FILE = 'batchrock.config.json';

/** A setting that holds, and where it comes from. */
export interface FoundSetting {
  readonly key: string;
  readonly value: string;
  /** The environment variable, or the file, that says it. */
  readonly origin: string;
}

/**
 * The settings that hold: the environment goes before the project's file, and that before the user's. Throws `BR-E0134` for a file
 * that cannot be used.
 */
export async function findSettings(env: Env, cwd: string): Promise<readonly FoundSetting[]> {
  const files = [await projectFile(cwd), await settingsIn(userFile(env))].filter((each) => each !== undefined);
  return SETTINGS.flatMap(({ key, variable, alias }) => {
    const named = [variable, ...(alias === undefined ? [] : [alias])].find((name) => (env[name] ?? '') !== '');
    if (named !== undefined) return { key, value: env[named] as string, origin: named };
    const file = files.find(({ settings }) => (settings.texts[key] ?? '') !== '');
    if (file === undefined) return [];
    const value = file.settings.texts[key] as string;
    // a file means the same wherever a command is given
    return { key, value: key === 'stateDir' ? resolve(dirname(file.path), value) : value, origin: file.path };
  });
}

/** The environment with what files say of settings that it does not have. */
export async function withSettings(env: Env, cwd: string): Promise<Env> {
  const found = await findSettings(env, cwd);
  const variables = found.map(({ key, value }) => [SETTINGS.find((each) => each.key === key)?.variable as string, value]);
  return { ...env, ...Object.fromEntries(variables) };
}

/** `$XDG_CONFIG_HOME/batchrock/config.json`, or that below `~/.config`. */
function userFile(env: Env): string {
  const xdg = env['XDG_CONFIG_HOME'] ?? '';
  // The XDG base directory specification (0.8) says that a relative path there is to be ignored.
  const base = isAbsolute(xdg) ? xdg : join(env['HOME'] || homedir(), '.config');
  return join(base, 'batchrock', 'config.json');
}

interface OpenedFile {
  readonly path: string;
  readonly settings: SettingsFile;
}

/** The project's file in this folder, or in the nearest above it. */
async function projectFile(cwd: string): Promise<OpenedFile | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const found = await settingsIn(join(folder, PROJECT_FILE));
    if (found !== undefined || dirname(folder) === folder) return found;
  }
}

/** A file of settings; undefined where there is none. Throws `BR-E0134` for one that cannot be used. */
export async function settingsIn(path: string): Promise<OpenedFile | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw storageError(error, `read ${path}`);
  });
  return text === undefined ? undefined : { path, settings: parseSettings(text, path) };
}
