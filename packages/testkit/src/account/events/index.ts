export { type EventBus, type EventBusOptions, startEventBus } from './event-bus.ts';
export type { EventFaults } from './faults.ts';
export type { Rule, RuleTarget } from './rule.ts';
