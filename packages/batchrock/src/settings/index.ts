export { findSettings, PROJECT_FILE, withSettings } from './load-settings.ts';
export { saveSettings } from './save-settings.ts';
export { SETTINGS } from './settings.ts';
