import { writeWhole } from '../node/index.ts';
import { settingsIn } from './load-settings.ts';
import type { WrittenSettings } from './settings.ts';

type NewSettings = { readonly [key in keyof WrittenSettings]: WrittenSettings[key] | undefined };

/** Writes settings into a file beside those that it has; one that is undefined is taken out. The file is there whole, or as it was; others may read it. */
export async function saveSettings(path: string, settings: NewSettings): Promise<void> {
  const all = { ...(await settingsIn(path))?.settings.written, ...settings };
  await writeWhole(path, `${JSON.stringify(all, null, 2)}\n`, { what: `write ${path}`, mode: 0o666 });
}
