import { didYouMean, InputError } from '../errors/index.ts';
import type { ModelEntry, ModelLimits, Price } from './catalogue.ts';
import { MODEL_CATALOGUE } from './catalogue-data.ts';
import { FAMILIES, familyNamed } from './families.ts';
import type { ModelTraits } from './family.ts';
import { present } from './reading.ts';

/** Collects what is wrong, each with its place in the file. */
type Complain = (path: string, problem: string) => void;
type Fields = Readonly<Record<string, unknown>>;

const ENTRY_KEYS = [
  'id',
  'name',
  'family',
  'native',
  'direct',
  'profiles',
  'refused',
  'traits',
  'limits',
  'price',
  'geographicPrice',
];
const LIMIT_KEYS = [
  'minRecords',
  'maxRecords',
  'maxRecordsPerFile',
  'maxFileBytes',
  'maxJobBytes',
  'maxRecordBytes',
  'maxJobs',
] as const;
const FLAG_TRAITS = [
  'refusesSampling',
  'onlyTemperatureOrTopP',
  'thinksByItself',
  'refusesPrefill',
  'takesSchema',
  'takesStrictTools',
  'shortToolIds',
];
const MEDIA = ['image', 'document', 'audio', 'video'];
const THINKING = ['budget', 'adaptive', 'none'];
const FAMILY_NAMES = FAMILIES.map((family) => family.name);

/**
 * The catalogue with the entries of a parsed file (`{"models": [{"id": …}]}`) in it: an entry of a known id changes the fields that
 * it names (`null` takes one away), one of a new id adds a model and needs its `family`. Throws one `BR-E0120` that names
 * everything that is wrong, with its place.
 */
export function parseCatalogue(file: unknown, base: readonly ModelEntry[] = MODEL_CATALOGUE): readonly ModelEntry[] {
  const problems: string[] = [];
  const complain: Complain = (path, problem) => void problems.push(`${path} ${problem}`);
  const entries = new Map(base.map((entry) => [entry.id, entry]));
  const models = isFields(file) ? file['models'] : undefined;
  if (Array.isArray(models)) {
    const seen = new Set<string>();
    models.forEach((given: unknown, i) => {
      const at = `models[${i}]`;
      const id = isFields(given) ? given['id'] : undefined;
      if (!isFields(given) || typeof id !== 'string' || id === '') complain(`${at}.id`, 'has to be the id of a model');
      else if (seen.has(id)) complain(`${at}.id`, `is ${JSON.stringify(id)} again`);
      else {
        seen.add(id);
        const entry = readEntry(given, id, entries.get(id), at, complain);
        if (entry) entries.set(id, entry);
      }
    });
  } else complain('the file', 'has to be an object with a list `models`');
  if (problems.length === 0) return [...entries.values()];
  throw new InputError('BR-E0120', `the catalogue is not sound: ${problems.join('; ')}`, {
    hint: 'docs/models.md says what an entry has',
    details: { problems },
  });
}

function readEntry(
  given: Fields,
  id: string,
  known: ModelEntry | undefined,
  at: string,
  complain: Complain,
): ModelEntry | undefined {
  knownKeys(given, ENTRY_KEYS, at, complain);
  const family = familyField(given, 'family', at, complain) ?? known?.family;
  if (family === undefined) {
    complain(`${at}.family`, `is missing, and ${id} is no known model; it is one of ${FAMILY_NAMES.join(', ')}`);
    return undefined;
  }
  const native = given['native'] === null ? undefined : (familyField(given, 'native', at, complain) ?? known?.native);
  const traits = field(given, 'traits', known?.traits, (value) => readTraits(value, known?.traits, `${at}.traits`, complain));
  return present({
    id,
    name: field(given, 'name', known?.name ?? id, (value) => text(value, `${at}.name`, complain)) ?? id,
    family,
    native,
    task: FAMILY_NAMES.includes(family) ? familyNamed(family).task : 'text',
    direct: field(given, 'direct', known?.direct ?? true, (value) => flag(value, `${at}.direct`, complain)) ?? true,
    profiles: field(given, 'profiles', known?.profiles ?? [], (value) => texts(value, `${at}.profiles`, complain)) ?? [],
    refused: field(given, 'refused', known?.refused, (value) => text(value, `${at}.refused`, complain)),
    traits,
    limits: field(given, 'limits', known?.limits, (value) => ({
      ...known?.limits,
      ...readLimits(value, `${at}.limits`, complain),
    })),
    price: field(given, 'price', known?.price, (value) => readPrice(value, `${at}.price`, complain)),
    geographicPrice: field(given, 'geographicPrice', known?.geographicPrice, (value) =>
      readPrice(value, `${at}.geographicPrice`, complain),
    ),
  });
}

/** What the file says, or what was known; null takes it away. */
function field<T>(given: Fields, name: string, known: T | undefined, read: (value: unknown) => T | undefined): T | undefined {
  const value = given[name];
  if (value === null) return undefined;
  return value === undefined ? known : read(value);
}

function familyField(given: Fields, name: 'family' | 'native', at: string, complain: Complain): string | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && FAMILY_NAMES.includes(value)) return value;
  complain(`${at}.${name}`, `is ${JSON.stringify(value)}; the families are ${FAMILY_NAMES.join(', ')}`);
  return undefined;
}

function readPrice(value: unknown, at: string, complain: Complain): Price | undefined {
  if (!isFields(value)) return refused(at, 'has to be an object, or null where it is not known', complain);
  knownKeys(value, ['input', 'output', 'batch', 'source', 'date'], at, complain);
  const batch = value['batch'];
  const date = value['date'];
  const isDated = typeof date === 'string' && /^\d{4}-\d\d-\d\d$/.test(date);
  if (!isDated) complain(`${at}.date`, 'has to be the day of the price, such as 2026-11-22');
  const price = perMillion(value, at, complain);
  return {
    ...price,
    ...(batch === undefined ? {} : { batch: perMillion(isFields(batch) ? batch : {}, `${at}.batch`, complain) }),
    source: typeof value['source'] === 'string' ? value['source'] : 'a catalogue file',
    date: isDated ? date : '',
  };
}

function perMillion(value: Fields, at: string, complain: Complain): { readonly input: number; readonly output: number } {
  const read = (name: string): number => {
    const usd = value[name];
    if (typeof usd === 'number' && Number.isFinite(usd) && usd >= 0) return usd;
    complain(`${at}.${name}`, 'has to be US dollars for a million tokens, from 0');
    return 0;
  };
  return { input: read('input'), output: read('output') };
}

function readLimits(value: unknown, at: string, complain: Complain): Partial<ModelLimits> | undefined {
  if (!isFields(value)) return refused(at, 'has to be an object', complain);
  knownKeys(value, [...LIMIT_KEYS, 'source', 'date'], at, complain);
  const limits: Record<string, number | string> = {};
  for (const name of LIMIT_KEYS) {
    const limit = value[name];
    if (limit === undefined) continue;
    if (typeof limit === 'number' && Number.isSafeInteger(limit) && limit >= 1) limits[name] = limit;
    else complain(`${at}.${name}`, 'has to be a whole number from 1');
  }
  for (const name of ['source', 'date']) if (typeof value[name] === 'string') limits[name] = value[name];
  return limits;
}

function readTraits(value: unknown, known: ModelTraits | undefined, at: string, complain: Complain): ModelTraits | undefined {
  if (!isFields(value)) return refused(at, 'has to be an object', complain);
  knownKeys(value, [...FLAG_TRAITS, 'media', 'thinking'], at, complain);
  for (const name of FLAG_TRAITS) if (value[name] !== undefined) flag(value[name], `${at}.${name}`, complain);
  const { media, thinking } = value;
  if (thinking !== undefined && !THINKING.includes(thinking as string)) {
    complain(`${at}.thinking`, `has to be one of ${THINKING.join(', ')}`);
  }
  if (media !== undefined && !(Array.isArray(media) && media.every((each) => MEDIA.includes(each)))) {
    complain(`${at}.media`, `has to be a list of ${MEDIA.join(', ')}`);
  }
  return { ...known, ...(value as ModelTraits) };
}

function knownKeys(given: Fields, keys: readonly string[], at: string, complain: Complain): void {
  for (const key of Object.keys(given)) {
    if (keys.includes(key)) continue;
    const guess = didYouMean(key, keys);
    complain(`${at}.${key}`, `is no field${guess ? ` (${guess}?)` : ''}; there are ${keys.join(', ')}`);
  }
}

function text(value: unknown, at: string, complain: Complain): string | undefined {
  return typeof value === 'string' && value !== '' ? value : refused(at, 'has to be a text', complain);
}

function texts(value: unknown, at: string, complain: Complain): readonly string[] | undefined {
  const isSound = Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '');
  return isSound ? value : refused(at, 'has to be a list of texts', complain);
}

function flag(value: unknown, at: string, complain: Complain): boolean | undefined {
  return typeof value === 'boolean' ? value : refused(at, 'has to be true or false', complain);
}

function refused(at: string, problem: string, complain: Complain): undefined {
  complain(at, problem);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
