export { type Chance, createChance } from './chance.ts';
export { earliestCompletion, type LaneOutlook } from './earliest-completion.ts';
export { type DurationRange, type Forecast, type ForecastOptions, forecast, rangeOf } from './forecast.ts';
export { type JobTimes, jobTimes } from './job-times.ts';
export { type JobObservation, observedTimes } from './observed-times.ts';
export { type Played, play } from './play.ts';
export { evenParts, type Placement, type Scene, type SimulatedLane, type SimulatedRun } from './scene.ts';
export { GAP_MINUTES, SERVICE_MODEL, type ServiceModel } from './service-model.ts';
export { OUR_WATCH, type Watch } from './watch.ts';
