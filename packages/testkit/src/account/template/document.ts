/** A value of a template: JSON, with intrinsic functions in it before it is resolved. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A resource of a template. */
export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, Json>>;
  readonly condition?: string;
  readonly dependsOn: readonly string[];
}

/** The parts of a CloudFormation template that a deployment reads. */
export interface Template {
  readonly resources: readonly TemplateResource[];
  readonly conditions: Readonly<Record<string, Json>>;
  readonly mappings: Readonly<Record<string, Json>>;
  /** The values of the parameters: what was given, else their defaults. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, { readonly value: Json; readonly exportName?: Json; readonly condition?: string }>>;
}

/** True for an object, not for a list or null. */
export function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a template. Throws where it has no resources, and where a parameter has no value or one that is not allowed. */
export function parseTemplate(text: string, parameters: Readonly<Record<string, string>> = {}): Template {
  const parsed: unknown = JSON.parse(text);
  if (!isRecord(parsed) || !isRecord(parsed['Resources'])) throw new Error('the template has no "Resources"');
  return {
    resources: Object.entries(parsed['Resources']).map(([logicalId, resource]) => parseResource(logicalId, resource)),
    conditions: recordOf(parsed['Conditions']),
    mappings: recordOf(parsed['Mappings']),
    parameters: valuesOf(recordOf(parsed['Parameters']), parameters),
    outputs: Object.fromEntries(
      Object.entries(recordOf(parsed['Outputs'])).map(([name, output]) => {
        const { Value = null, Export, Condition } = recordOf(output);
        const exportName = recordOf(Export)['Name'];
        return [name, { value: Value, ...(exportName === undefined ? {} : { exportName }), ...conditionOf(Condition) }];
      }),
    ),
  };
}

function valuesOf(
  declared: Readonly<Record<string, Json>>,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const unknown = Object.keys(given).find((name) => declared[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(`the template has no parameter ${unknown}; it has ${Object.keys(declared).join(', ')}`);
  }
  const entries = Object.entries(declared).map(([name, parameter]) => {
    const { Default, AllowedPattern, MinLength } = recordOf(parameter);
    const value = given[name] ?? (Default === undefined ? undefined : String(Default));
    if (value === undefined) throw new Error(`the parameter ${name} has no default and was given no value`);
    const isAllowed = typeof AllowedPattern !== 'string' || new RegExp(`^(?:${AllowedPattern})$`).test(value);
    if (!isAllowed || value.length < Number(MinLength ?? 0)) throw new Error(`the parameter ${name} may not be "${value}"`);
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}

function parseResource(logicalId: string, resource: Json): TemplateResource {
  const { Type, Properties, Condition, DependsOn } = recordOf(resource);
  if (typeof Type !== 'string') throw new Error(`the resource ${logicalId} has no "Type"`);
  const dependsOn = typeof DependsOn === 'string' ? [DependsOn] : Array.isArray(DependsOn) ? DependsOn.map(String) : [];
  return { logicalId, type: Type, properties: recordOf(Properties), dependsOn, ...conditionOf(Condition) };
}

function conditionOf(condition: Json | undefined): { readonly condition?: string } {
  return typeof condition === 'string' ? { condition } : {};
}

function recordOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return isRecord(value) ? value : {};
}
