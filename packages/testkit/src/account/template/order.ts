import { isRecord, type Json, type Template, type TemplateResource } from './document.ts';

/** The resources so that each comes after those that it needs. Throws where some need each other. */
export function inOrder(template: Template): readonly TemplateResource[] {
  const known = new Map(template.resources.map((resource) => [resource.logicalId, resource]));
  const done = new Set<string>();
  const ordered: TemplateResource[] = [];
  const visit = (resource: TemplateResource, above: readonly string[]): void => {
    if (done.has(resource.logicalId)) return;
    if (above.includes(resource.logicalId)) {
      throw new Error(`these resources need each other: ${[...above, resource.logicalId].join(' -> ')}`);
    }
    for (const id of [...resource.dependsOn, ...mentioned(resource.properties)]) {
      const needed = known.get(id);
      if (needed !== undefined) visit(needed, [...above, resource.logicalId]);
    }
    done.add(resource.logicalId);
    ordered.push(resource);
  };
  for (const resource of template.resources) visit(resource, []);
  return ordered;
}

/** The names that a value refers to: of resources, and of parameters. */
function mentioned(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(mentioned);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, argument]) => {
    if (key === 'Ref') return [String(argument)];
    if (key === 'Fn::GetAtt') return [Array.isArray(argument) ? String(argument[0]) : (String(argument).split('.')[0] ?? '')];
    if (key === 'Fn::Sub') {
      const text = Array.isArray(argument) ? String(argument[0]) : String(argument);
      const names = [...text.matchAll(/\$\{([^}!.]+)/g)].map((match) => match[1] ?? '');
      return [...names, ...mentioned(argument)];
    }
    return mentioned(argument);
  });
}
