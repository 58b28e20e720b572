import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_LIMITS, quotaOf, type RunDocument } from '@batchrock/core';
import { expect, test } from 'vitest';
import { folderWith } from '../../test/cli-harness.ts';
import { sessionIn } from '../../test/gc-world.ts';
import { quotasServer } from '../../test/quotas-server.ts';
import { resolveTarget } from '../compose/target.ts';
import { withQuotasElsewhere } from './region-lanes.ts';

const MODEL = 'amazon.nova-lite-v1:0';
const QUOTA = 'Sum of in-progress and submitted batch inference jobs using a base model for Nova Lite';

test('a run knows the quota of each of its Regions, as its account tells it there', async () => {
  const { url: endpointUrl } = await quotasServer(QUOTA, { 'us-west-2': 7, 'eu-west-1': 11 });
  const session = await sessionIn(folderWith());
  const asked = { bucket: 'runs', region: 'us-east-1', regions: ['us-east-1', 'us-west-2=west', 'eu-west-1=europe'] };
  const target = resolveTarget({ ...asked, endpointUrl }, {}, session.dir.local);
  const lane = (region: string) => `000000000000/${region}/${MODEL}`;
  const elsewhere = ['us-west-2', 'eu-west-1', 'ap-south-1'].map((region) => ({
    region,
    lane: lane(region),
    storeUri: 's3://x',
  }));
  const model = { modelId: MODEL, baseId: MODEL, limits: { ...DEFAULT_LIMITS, maxJobs: 3 } };
  const document = { model, lane: lane('us-east-1'), elsewhere } as unknown as RunDocument;
  const known = await withQuotasElsewhere(session, document, { target, catalogue: undefined });
  expect(elsewhere.map((each) => quotaOf(known, each.lane))).toEqual([7, 11, 3]);
  expect(quotaOf(known, document.lane)).toBe(3);
  // what a catalogue of the user's says stands, in every Region
  const catalogue = join(session.dir.path, 'catalogue.json');
  await mkdir(session.dir.path, { recursive: true });
  await writeFile(
    catalogue,
    JSON.stringify({ schema: 'batchrock.catalogue/1', models: [{ id: MODEL, limits: { maxJobs: 3 } }] }),
  );
  const said = await withQuotasElsewhere(session, document, { target, catalogue });
  expect(elsewhere.map((each) => quotaOf(said, each.lane))).toEqual([3, 3, 3]);
});
