import type { SystemForecast, SystemName, WhatIfLane } from '@batchrock/core';
import type { SimulationReport } from '../sdk/simulate.ts';
import { count, durationRange, percent, plural, usdAlike, usdNumber } from './figures.ts';
import { type Column, renderTable } from './table.ts';

const NAMES: Readonly<Record<SystemName, string>> = {
  batchrock: 'batchrock',
  'fixed-map': 'fixed Map',
  'slow-poll': '15-minute poll',
};

/** What was assumed, then the systems side by side. */
export function renderSimulation(report: SimulationReport): string[] {
  const { systems } = report;
  const isLossy = systems.some((each) => each.unanswered > 0);
  const right = (title: string): Column => ({ title, side: 'right' });
  const columns: Column[] = [
    { title: '' },
    right('A JOB'),
    right('JOBS'),
    right('AT ONCE'),
    { title: 'TIME' },
    right('OVER BOUND'),
    right('SLOTS USED'),
    right('COST'),
    ...(isLossy ? [right('NO ANSWER')] : []),
  ];
  const costs = usdAlike(...systems.map((each) => each.costUsd));
  const rows = systems.map((each, i) => [...cellsOf(each, costs[i] as string), ...(isLossy ? [count(each.unanswered)] : [])]);
  return [
    `records   ${count(report.records)} of ${count(report.tokens.input)} input and ${count(report.tokens.output)} output tokens each${failingText(report)}`,
    `model     ${modelText(report)}`,
    ...report.regions.map((region, i) => `${i === 0 ? 'service   ' : '          '}${regionText(region)}`),
    '',
    ...renderTable(columns, rows),
  ];
}

function cellsOf({ system, partRecords, atOnce, forecast }: SystemForecast, cost: string): string[] {
  const { p10, p90 } = forecast.minutes;
  return [
    NAMES[system],
    count(partRecords),
    count(forecast.jobs),
    count(atOnce),
    durationRange(p10 * 60_000, p90 * 60_000),
    forecast.ratio.toFixed(2),
    percent(forecast.slotUse),
    cost,
  ];
}

function failingText({ retryShare }: SimulationReport): string {
  return retryShare === 0 ? '' : `, ${Math.round(retryShare * 1000) / 10} % of them failing in each attempt`;
}

function modelText({ modelId, priceDate }: SimulationReport): string {
  if (modelId === undefined) return 'none given: the usual limits, no price (--model ID)';
  return priceDate === undefined ? `${modelId}, price unknown` : `${modelId}, USD, prices of ${priceDate}`;
}

function regionText({ name, slots, service }: WhatIfLane): string {
  const { startMinutes, recordsPerMinute } = service;
  return `${name}: ${plural(slots, 'job')} at once, each about ${count(startMinutes)} min of queue, then ${count(recordsPerMinute)} records a minute (assumed)`;
}

/** What holds for the columns that do not speak for themselves. */
export const SIMULATION_NOTES: readonly string[] = [
  'TIME: eight runs in ten lie in it. OVER BOUND: times the shortest that any schedule of these jobs could take',
  'fixed Map: 20 at once and 1,000 a job unless --part-size says else, no event lost. Neither it nor the poll sends a record again',
];

/** What several Regions mean today. */
export const REGIONS_NOTE =
  'several Regions: a run has one today, so this takes a run in each, with the share of rows that it would get';

/** A simulation as `--json` tells it. */
export function simulationDocument(report: SimulationReport): object {
  return {
    schema: 'batchrock.simulate/1',
    records: report.records,
    model: report.modelId ?? null,
    retryShare: report.retryShare,
    tokens: report.tokens,
    regions: report.regions,
    priceDate: report.priceDate ?? null,
    systems: report.systems.map(systemDocument),
  };
}

function systemDocument({ system, partRecords, atOnce, forecast, costUsd, unanswered }: SystemForecast): object {
  const { p10, p50, p90 } = forecast.minutes;
  return {
    system,
    partRecords,
    atOnce,
    jobs: tenths(forecast.jobs),
    minutes: { p10: tenths(p10), p50: tenths(p50), p90: tenths(p90) },
    lowerBoundMinutes: tenths(forecast.lowerBound),
    overBound: Math.round(forecast.ratio * 1000) / 1000,
    slotUse: Math.round(forecast.slotUse * 1000) / 1000,
    sentRecords: Math.round(forecast.sent),
    unanswered,
    costUsd: usdNumber(costUsd),
  };
}

function tenths(figure: number): number {
  return Math.round(figure * 10) / 10;
}
