export type { ModelEntry, ModelLimits, Price, ResolvedModel } from './catalogue.ts';
export type {
  Answer,
  Family,
  InvocationType,
  JsonObject,
  JsonValue,
  RequestInput,
  Task,
} from './family.ts';
