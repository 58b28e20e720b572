export { compareSystems, type SystemForecast, type SystemName, type WhatIf, type WhatIfLane } from './compare-systems.ts';
export { type Cost, type PlannedCost, planCost, type TokenTotals } from './cost.ts';
export { type DurationInput, estimateDuration } from './duration.ts';
export { type PartSizeInput, partRecordsFor, partsOf, wavesOf } from './part-size.ts';
export { estimatePlan, type OutputEstimate, type Plan, type PlanInput } from './plan.ts';
export { IMAGE_TOKENS, type RecordSample, sampleRecords } from './record-sample.ts';
export { type Estimate, estimateTokens } from './tokens.ts';
