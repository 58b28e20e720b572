export { checkMapping, type Mapping, POLLING_ACTIONS } from './mapping.ts';
export { createEventSources, type EventSources } from './sources.ts';
