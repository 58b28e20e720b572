import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { storageError, systemErrorCode } from '../node/index.ts';
import { parseSettings, type SettingsFile } from './settings.ts';

/** Writes settings into a file beside those that it has. The file is there whole, or as it was. */
export async function saveSettings(path: string, settings: SettingsFile): Promise<void> {
  const before = await textOf(path);
  const all = { ...(before === undefined ? {} : parseSettings(before, path)), ...settings };
  const next = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(next, `${JSON.stringify(all, null, 2)}\n`);
    await rename(next, path);
  } catch (error) {
    throw storageError(error, `write ${path}`);
  }
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw storageError(error, `read ${path}`);
  });
}
