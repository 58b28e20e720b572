export { numberSetting, optionalSetting, requiredSetting } from './settings.ts';
