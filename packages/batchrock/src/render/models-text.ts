import { batchPrice, type Price } from '@batchrock/core';
import type { KnownModel } from '../sdk/models.ts';
import { count } from './figures.ts';
import { type Column, renderTable } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'MODEL' },
  { title: 'FAMILIES' },
  { title: 'TAKES' },
  { title: 'IN', side: 'right' },
  { title: 'OUT', side: 'right' },
  { title: 'PRICES OF' },
];

/** Models as a table; prices are USD per million tokens in batch, of the plain id. */
export function renderModels(models: readonly KnownModel[]): string[] {
  return renderTable(
    COLUMNS,
    models.map((model) => {
      const price = model.price ?? model.geographicPrice;
      const batch = price === undefined ? undefined : batchPrice(price);
      return [
        model.offered?.[0] ?? (model.direct ? model.id : `${model.profiles[0]}.${model.id}`),
        model.refused === undefined ? familiesOf(model).join(', ') : 'not in batch',
        takes(model),
        batch === undefined ? '?' : String(batch.input),
        batch === undefined ? '?' : String(batch.output),
        price?.date ?? '',
      ];
    }),
  );
}

/** Everything that is known of one model, a line each. */
export function renderModel(model: KnownModel): string[] {
  const { limits } = model;
  const lines: readonly (readonly [string, string])[] = [
    ['model', model.name],
    ['id', model.direct ? model.id : `${model.id}, through a profile only`],
    ['profiles', model.profiles.length === 0 ? 'none is known' : model.profiles.map((prefix) => `${prefix}.`).join(' ')],
    ...(model.offered === undefined ? [] : [['offered as', model.offered.join(' ')] as const]),
    ['makes', model.task],
    ...Object.entries(model.families).map(([type, name]) => [type, `family ${name}`] as const),
    ['takes', takes(model)],
    ...(model.task === 'text' ? textTraits(model) : []),
    ['price', model.price === undefined ? 'unknown' : priceText(model.price)],
    ...(model.geographicPrice === undefined ? [] : [['us., eu., …', priceText(model.geographicPrice)] as const]),
    ['records', `${count(limits.minRecords)} to ${count(limits.maxRecords)} a job, ${count(limits.maxRecordsPerFile)} a file`],
    ['bytes', `${limits.maxFileBytes / 1e9} GB a file, ${limits.maxJobBytes / 1e9} GB a job`],
    ['jobs', `${count(limits.maxJobs)} at once in an account and Region`],
    ['limits of', `${limits.date}, ${limits.source}`],
    ...(model.refused === undefined ? [] : [['refused', model.refused] as const]),
  ];
  return lines.map(([name, value]) => `${name.padEnd(12)}${value}`);
}

function familiesOf({ families, invocationType }: KnownModel): string[] {
  const names = Object.entries(families).sort(([type]) => (type === invocationType ? -1 : 1));
  return names.map(([, name]) => name);
}

function takes({ task, traits: { media } }: KnownModel): string {
  if (task === 'embedding') return 'text';
  return media === undefined ? 'text, and what is not known' : ['text', ...media].join(' ');
}

function textTraits({ tools, traits }: KnownModel): readonly (readonly [string, string])[] {
  const refuses = [traits.refusesSampling && 'temperature, top_p, top_k', traits.refusesPrefill && 'the beginning of an answer'];
  const refused = refuses.filter((each) => typeof each === 'string');
  return [
    ['tools', tools ? 'in jobs of type InvokeModel' : 'none'],
    ['schemas', traits.takesSchema ? 'natively' : 'by its instructions, or by a tool'],
    ['thinking', thinking(traits.thinking, traits.thinksByItself ?? false)],
    ...(refused.length === 0 ? [] : [['refuses', refused.join('; ')] as const]),
  ];
}

function thinking(how: KnownModel['traits']['thinking'], byItself: boolean): string {
  if (how === undefined) return 'not known';
  if (how === 'none') return 'cannot be asked for';
  const asked = how === 'budget' ? 'by a budget of tokens' : 'by an effort';
  return byItself ? `${asked}; it thinks unless it is told not to` : asked;
}

function priceText(price: Price): string {
  const batch = batchPrice(price);
  return `$${batch.input} in, $${batch.output} out a million tokens in batch; $${price.input} and $${price.output} on demand (${price.date}, ${price.source})`;
}

/** A model as `--json` prints it: what is not known is null. */
export function modelDocument({ price, geographicPrice, refused, offered, ...model }: KnownModel) {
  return {
    ...model,
    price: price === undefined ? null : priceDocument(price),
    geographicPrice: geographicPrice === undefined ? null : priceDocument(geographicPrice),
    refused: refused ?? null,
    ...(offered === undefined ? {} : { offered }),
  };
}

function priceDocument(price: Price) {
  const { input, output, source, date } = price;
  return { currency: 'USD', perTokens: 1_000_000, batch: batchPrice(price), onDemand: { input, output }, source, date };
}
