export { requiredSetting } from './settings.ts';
