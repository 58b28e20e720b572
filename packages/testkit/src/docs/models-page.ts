import {
  batchPrice,
  DEFAULT_LIMITS,
  describeParam,
  FAMILIES,
  MODEL_CATALOGUE,
  type ModelEntry,
  type Price,
} from '@batchrock/core';

/** `docs/models.md`, from the catalogue of core/model. */
export function modelsPage(): string {
  return [
    '# Models and parameters',
    '',
    '<!-- Written by `npm run docs` from packages/core/src/model/ -->',
    '',
    'Give a plain id (`amazon.nova-micro-v1:0`), the id of a cross-Region profile (`us.amazon.nova-micro-v1:0`) or an ARN of any',
    'partition. There is no API that tells which models take batch jobs, so the list below is a hint, and Bedrock has the last',
    'word. An id that is not in it runs with `--family NAME`, or `--invocation-type converse` for any chat model, with a warning.',
    '',
    '## Families and their parameters',
    '',
    '`--param NAME=VALUE`, as often as needed. Names are the same in every family; what a family does not take is refused before',
    'anything is sent.',
    '',
    ...FAMILIES.flatMap((family) => [
      `### ${family.name}`,
      '',
      `Makes ${family.task === 'text' ? 'text' : 'an embedding'}; jobs are of type \`${family.invocationType}\`.`,
      '',
      ...family.params.map((spec) => `- \`${describeParam(spec).replace(' (', '` (')}: ${spec.about}`),
      '',
    ]),
    '## Limits',
    '',
    `Unless a model says otherwise ([AWS General Reference](${DEFAULT_LIMITS.source}), read on ${DEFAULT_LIMITS.date}): ` +
      `${count(DEFAULT_LIMITS.minRecords)} to ${count(DEFAULT_LIMITS.maxRecords)} records in a job, ` +
      `${DEFAULT_LIMITS.maxFileBytes / 1e9} GB a file, ${DEFAULT_LIMITS.maxJobBytes / 1e9} GB a job, ` +
      `${DEFAULT_LIMITS.maxJobs} jobs at once in an account and Region.`,
    '',
    '## Models',
    '',
    'Prices are USD per million tokens in batch (input / output), on-demand prices halved; they are dated and may have changed.',
    'Geographic profiles (`us.`, `eu.`, …) cost more than `global.` where two prices stand.',
    '',
    '| model | family | id | batch price | of |',
    '|---|---|---|---|---|',
    ...MODEL_CATALOGUE.filter((model) => !model.refused).map(row),
    '',
    'Known, and not usable here:',
    '',
    ...MODEL_CATALOGUE.filter((model) => model.refused).map((model) => `- ${model.name} (\`${model.id}\`): ${model.refused}`),
    '',
  ].join('\n');
}

function row(model: ModelEntry): string {
  const id = model.direct ? `\`${model.id}\`` : `\`${model.id}\`, by profile only`;
  const date = model.price?.date ?? '';
  return `| ${model.name} | ${model.family} | ${id} | ${prices(model)} | ${date} |`;
}

function prices(model: ModelEntry): string {
  if (!model.price) return 'unknown';
  const plain = priceText(model.price);
  return model.geographicPrice ? `${plain}; geographic ${priceText(model.geographicPrice)}` : plain;
}

function priceText(price: Price): string {
  const batch = batchPrice(price);
  return `${batch.input} / ${batch.output}`;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
