import { writeWhole } from '../node/index.ts';
import { settingsIn } from './load-settings.ts';
import type { SettingsFile } from './settings.ts';

/** Writes settings into a file beside those that it has. The file is there whole, or as it was; others may read it. */
export async function saveSettings(path: string, settings: SettingsFile): Promise<void> {
  const all = { ...(await settingsIn(path))?.settings, ...settings };
  await writeWhole(path, `${JSON.stringify(all, null, 2)}\n`, { what: `write ${path}`, mode: 0o666 });
}
