import { InputError, nearestNames } from '../errors/index.ts';
import type { ModelEntry, ModelLimits, Price, ResolvedModel } from './catalogue.ts';
import { catalogueEntry, MODEL_CATALOGUE } from './catalogue-data.ts';
import { converse } from './converse.ts';
import { FAMILIES, familyNamed } from './families.ts';
import type { Family, InvocationType, ModelTraits } from './family.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { modelBehind, type ParsedModelId, parseModelId } from './model-id.ts';
import { present } from './reading.ts';

/** How to speak to a model that is not known, and other limits than those in the catalogue. */
export interface ResolveOptions {
  /** `--family`: the name of a built-in one, or one of a user's project. */
  readonly family?: string | Family;
  /** `--invocation-type`; `Converse` alone is enough to speak to any chat model. */
  readonly invocationType?: InvocationType;
  /** Take the place of the catalogue's. */
  readonly limits?: Partial<ModelLimits>;
  /** What is known of models; default: `MODEL_CATALOGUE`. */
  readonly catalogue?: readonly ModelEntry[];
  /** ARNs of the models behind an application profile, as GetInferenceProfile tells them; of any other id nothing is taken from here. */
  readonly leadsTo?: readonly string[];
}

/**
 * Understands a model id: bare ids, cross-Region profile ids, ARNs of every partition. Throws `BR-E0105` for an id that is
 * malformed, unknown (unless the options say how to speak to it) or known and not usable, and `BR-E0120` for options that
 * contradict each other.
 */
export function resolveModel(id: string, options: ResolveOptions = {}): ResolvedModel {
  const named = parseModelId(id);
  if ('problem' in named) throw unknownModel(id, `${JSON.stringify(id)} is no model id: ${named.problem}`);
  const parsed = modelBehind(named, options.leadsTo) ?? named;
  const known = parsed.kind === 'application-profile' ? undefined : catalogueEntry(parsed.baseId, options.catalogue);
  const family = chooseFamily(id, parsed, known, options);
  return present({
    modelId: id,
    baseId: known?.id ?? parsed.baseId,
    profile: named.profile,
    family,
    speaks: speaksOf(known, family, options),
    traits: traitsOf(known, family),
    limits: { ...DEFAULT_LIMITS, ...known?.limits, ...definedLimits(options.limits) },
    price: priceOf(known, parsed),
    warnings: warningsFor(id, parsed, known, family),
  });
}

function chooseFamily(id: string, parsed: ParsedModelId, known: ModelEntry | undefined, options: ResolveOptions): Family {
  const asked = askedFamily(options);
  if (asked) checkTask(id, known, asked);
  if (asked) return asked;
  if (known?.refused) {
    throw unknownModel(id, `${JSON.stringify(id)} (${known.name}) cannot be used: ${known.refused}`, []);
  }
  if (known) return knownFamily(id, known, options);
  if (parsed.kind === 'application-profile') {
    throw unknownModel(id, `${JSON.stringify(id)} does not tell which model stands behind it`, []);
  }
  const usable = (options.catalogue ?? MODEL_CATALOGUE).filter((each) => !each.refused).map((each) => each.id);
  const near = nearestNames(parsed.baseId, usable);
  const guess = near.length > 0 ? `; the nearest that are known: ${near.join(', ')}` : '';
  throw unknownModel(id, `unknown model ${JSON.stringify(id)}${guess}`, near);
}

/** The catalogue's family for such jobs, unless the options ask for a body that we cannot write. */
function knownFamily(id: string, known: ModelEntry, { invocationType }: ResolveOptions): Family {
  const family = familyNamed(known.family);
  const native = nativeFamily(known);
  if (invocationType === undefined || invocationType === family.invocationType) return family;
  if (native?.invocationType === invocationType) return native;
  throw new InputError(
    'BR-E0120',
    `${id} is spoken to in jobs of invocation type ${family.invocationType}, not ${invocationType}`,
    {
      hint: 'leave out --invocation-type',
    },
  );
}

/** How InvokeModel speaks to a known model; undefined where that is not known. */
function nativeFamily(known: ModelEntry): Family | undefined {
  const family = familyNamed(known.native ?? known.family);
  return family.invocationType === 'InvokeModel' ? family : undefined;
}

/** What the options ask for is the only way then: who gives a family or a type knows the model better. */
function speaksOf(
  known: ModelEntry | undefined,
  family: Family,
  { family: name, invocationType }: ResolveOptions,
): ResolvedModel['speaks'] {
  if (name !== undefined || invocationType !== undefined || !known) return { [family.invocationType]: family };
  const native = known.refused ? family : nativeFamily(known);
  return present({ InvokeModel: native, Converse: known.task === 'text' ? converse : undefined });
}

function traitsOf(known: ModelEntry | undefined, family: Family): ModelTraits {
  const native = known ? nativeFamily(known)?.name : family.invocationType === 'InvokeModel' ? family.name : undefined;
  return native === undefined ? { ...known?.traits } : { native, ...known?.traits };
}

/** A chat request to an embedding model fails record by record, and the other way round: refused before anything is sent. */
function checkTask(id: string, known: ModelEntry | undefined, asked: Family): void {
  if (known === undefined || known.task === asked.task) return;
  const makes = known.task === 'embedding' ? 'makes embeddings' : 'makes text';
  throw new InputError('BR-E0120', `${id} ${makes}: it cannot be spoken to as ${asked.name}`, {
    hint: 'leave out --family and --invocation-type',
  });
}

/** The family that the options name, or undefined when they leave it to the catalogue. */
function askedFamily({ family: name, invocationType }: ResolveOptions): Family | undefined {
  if (name !== undefined) {
    const family = typeof name === 'string' ? familyNamed(name) : name;
    if (invocationType === undefined || family.invocationType === invocationType) return family;
    throw new InputError(
      'BR-E0120',
      `family ${family.name} is spoken in jobs of invocation type ${family.invocationType}, not ${invocationType}`,
      { hint: invocationType === 'Converse' ? 'leave out --family, or give --family converse' : 'leave out --invocation-type' },
    );
  }
  // InvokeModel alone says nothing of the body's shape: the catalogue must know the family
  return FAMILIES.find((each) => invocationType === 'Converse' && each.invocationType === 'Converse');
}

function definedLimits(limits: Partial<ModelLimits> | undefined): Partial<ModelLimits> {
  return limits ? present(limits) : {};
}

/** Geographic profiles have prices of their own where the catalogue says so. Other partitions and custom models: unknown. */
function priceOf(known: ModelEntry | undefined, parsed: ParsedModelId): Price | undefined {
  if (parsed.kind === 'custom' || parsed.profile === 'us-gov' || (parsed.partition ?? 'aws') !== 'aws') return undefined;
  if (parsed.profile !== undefined && parsed.profile !== 'global') return known?.geographicPrice ?? known?.price;
  return known?.price;
}

function warningsFor(id: string, parsed: ParsedModelId, known: ModelEntry | undefined, family: Family): readonly string[] {
  const warnings: string[] = [];
  if (!known) {
    const why = parsed.kind === 'application-profile' ? 'does not tell its model' : 'is not in the catalogue';
    warnings.push(`${id} ${why}: it is spoken to as ${family.name}, its limits are the usual ones, its price is unknown`);
  }
  if (known?.refused) warnings.push(`${known.name}: ${known.refused}`);
  if (known && !known.direct && parsed.kind === 'foundation') {
    const ids = known.profiles.map((prefix) => `${prefix}.${known.id}`);
    warnings.push(
      `${known.name} is offered through cross-Region profiles only, the service refuses the bare id: take ${ids.join(', ')}, whichever your Region has`,
    );
  }
  if (known && parsed.kind === 'profile' && known.profiles.length === 0) {
    warnings.push(`no profile of ${known.name} is listed for batch inference: the bare id is ${known.id}`);
  }
  return warnings;
}

function unknownModel(id: string, message: string, near: readonly string[] = []): InputError {
  return new InputError('BR-E0105', message, { details: { modelId: id, nearest: [...near] } });
}
