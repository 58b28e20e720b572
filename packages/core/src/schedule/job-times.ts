import type { Chance } from './chance.ts';
import type { ServiceModel } from './service-model.ts';

/** How long jobs of a lane take, from Create to the end, in minutes. */
export interface JobTimes {
  /** One that may happen. */
  draw(records: number, chance: Chance): number;
  /** The median, about. */
  expect(records: number): number;
  /** One of the services that may be behind what was seen; absent where the times are taken for known. */
  perhaps?(chance: Chance): JobTimes;
}

/** The job times of a service. */
export function jobTimes({ startMinutes, startSigma, recordsPerMinute, rateSigma }: ServiceModel): JobTimes {
  return {
    draw(records, chance) {
      const start = startMinutes * Math.exp(startSigma * chance.normal());
      return start + records / (recordsPerMinute * Math.exp(rateSigma * chance.normal()));
    },
    expect: (records) => startMinutes + records / recordsPerMinute,
  };
}
