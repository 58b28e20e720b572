export type { CollectCounts, PartBody, PartFacts, PartSpan, PartState } from './part.ts';
