import type { JsonObject, JsonValue } from '@batchrock/core';
import type { Ask } from './feature.ts';
import { at, isSame, type Json, objectOf, textOf } from './json.ts';
import type { Block, Reading } from './reading.ts';

const blocks = (reading: Reading): readonly Block[] => reading.turns.flatMap((turn) => turn.blocks);
const short = (value: Json): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60));

/** Somebody says this text, alone or within a longer one. */
export function says(role: 'user' | 'assistant', text: string): Ask {
  return ({ turns }) => {
    const said = turns.filter((turn) => turn.role === role).flatMap((turn) => turn.blocks);
    return said.some((block) => block.kind === 'text' && block.text.includes(text)) ? undefined : `a text of the ${role} is lost`;
  };
}

/** All of these are instructions, in that order. */
export function instructs(...texts: readonly string[]): Ask {
  return ({ system }) => {
    let from = 0;
    for (const text of texts) {
      const found = system.indexOf(text, from);
      if (found < 0) return system.includes(text) ? 'instructions change their order' : 'instructions are lost';
      from = found + text.length;
    }
    return undefined;
  };
}

/** These texts are said by somebody, in that order. */
export function inOrder(...texts: readonly string[]): Ask {
  return (reading) => {
    const all = blocks(reading)
      .map((block) => (block.kind === 'text' || block.kind === 'result' ? block.text : ''))
      .join('\n');
    let from = 0;
    for (const text of texts) {
      from = all.indexOf(text, from);
      if (from < 0) return 'a text is lost, or the order';
    }
    return undefined;
  };
}

/** Nothing blank is said: models refuse it. */
export const nothingBlank: Ask = (reading) =>
  blocks(reading).some((block) => block.kind === 'text' && block.text.trim() === '') ? 'a blank text is sent' : undefined;

/** The last turn of the model ends without white space. */
export const trimmedEnd: Ask = (reading) => {
  const last = reading.turns.at(-1)?.blocks.at(-1);
  return last?.kind === 'text' && last.text !== last.text.trimEnd()
    ? 'white space at the end is sent, which is refused'
    : undefined;
};

export function shows(kind: 'image' | 'document', format: string, base64: string): Ask {
  return (reading) => {
    const found = blocks(reading).find((block) => block.kind === kind && block.base64 === base64);
    if (found === undefined) return `the ${kind} is lost`;
    return 'format' in found && found.format === format
      ? undefined
      : `the ${kind} is said to be ${short((found as { format: string }).format)}`;
  };
}

/** A number under a name of the reading; `or` are values that will do as well. */
export function tells(name: 'maxTokens' | 'temperature' | 'topP' | 'user', value: JsonValue, ...or: readonly JsonValue[]): Ask {
  return (reading) =>
    [value, ...or].includes(reading[name] as JsonValue)
      ? undefined
      : reading[name] === undefined
        ? `${WORDS[name]} is lost`
        : `${WORDS[name]} is ${short(reading[name])} in place of ${short(value)}`;
}

const WORDS = { maxTokens: 'the most tokens', temperature: 'temperature', topP: 'top_p', user: 'the user' } as const;

/** Exactly these texts end the answer. */
export function stopsAt(...texts: readonly string[]): Ask {
  return ({ stop }) =>
    isSame([...stop], [...texts]) ? undefined : stop.length === 0 ? '`stop` is lost' : `\`stop\` is ${short([...stop])}`;
}

/** A tool with all that is said of it. */
export function offers(name: string, description: string | undefined, schema: JsonObject): Ask {
  return (reading) => {
    const tool = reading.tools.find((each) => each.name === name);
    if (tool === undefined) return 'the tool is lost';
    if (description !== undefined && tool.description !== description) return 'the description of the tool is lost';
    return isSame(comparable(tool.schema, reading), comparable(schema, reading)) ? undefined : 'the schema of the tool changes';
  };
}

/** A schema as it can be compared: references written out, and for Nova what it takes at the top of one. */
function comparable(schema: Json, { api }: Reading): Json {
  const { $defs, required, ...rest } = objectOf(schema);
  const inlined = objectOf(withoutReferences(rest, objectOf($defs)));
  const all = { ...inlined, required: required ?? [] };
  return api === 'nova' ? { type: 'object', properties: inlined['properties'] ?? {}, required: all.required } : all;
}

function withoutReferences(value: JsonValue, defs: JsonObject): JsonValue {
  if (Array.isArray(value)) return value.map((each: JsonValue) => withoutReferences(each, defs));
  if (typeof value !== 'object' || value === null) return value;
  const name = /^#\/\$defs\/(\w+)$/.exec(textOf(at(value, '$ref')))?.[1];
  if (name !== undefined && defs[name] !== undefined) return defs[name];
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutReferences(each as JsonValue, defs)]));
}

/** A tool whose parameters are not said takes none: a schema of an object. */
export function offersWithoutParameters(name: string): Ask {
  return ({ tools }) => {
    const tool = tools.find((each) => each.name === name);
    if (tool === undefined) return 'the tool is lost';
    // OpenAI's API takes a tool that says nothing of them
    return tool.schema === undefined || at(tool.schema, 'type') === 'object' ? undefined : 'the tool has no schema';
  };
}

/** Which tools may be called. `auto` is what every API does when it is told nothing. */
export function chooses(choice: string): Ask {
  return (reading) => {
    const said = reading.choice ?? (reading.tools.length === 0 ? 'none' : 'auto');
    return said === choice ? undefined : `tool_choice becomes ${said}`;
  };
}

export function parallel(isParallel: boolean): Ask {
  return ({ parallel: said }) => {
    // what an API does by itself need not be said
    if ((said ?? true) === isParallel) return undefined;
    return said === undefined ? '`parallel_tool_calls` is lost' : '`parallel_tool_calls` is inverted';
  };
}

/** The model called a tool, and got a result; their ids are the same, whichever. */
export function calledWith(name: string, input: JsonObject, result: string): Ask {
  return (reading) => {
    const call = blocks(reading).find((block) => block.kind === 'call' && block.name === name && isSame(block.input, input));
    if (call?.kind !== 'call')
      return blocks(reading).some((block) => block.kind === 'call') ? 'the input of a call changes' : 'a call is lost';
    const answer = blocks(reading).find((block) => block.kind === 'result' && block.id === call.id);
    if (answer?.kind !== 'result') return 'the result of a call is lost';
    return sameResult(answer.text, result) ? undefined : 'the text of a result changes';
  };
}

function sameResult(text: string, result: string): boolean {
  if (text === result) return true;
  try {
    return isSame(JSON.parse(text) as JsonValue, JSON.parse(result) as JsonValue);
  } catch {
    return false;
  }
}

/** The schema of the answer: in the vendor's field, as the input of a tool that is forced, or in the instructions. */
export function wantsAnswer(schema: JsonObject): Ask {
  return (reading) => {
    if (reading.schema !== undefined) return isSame(reading.schema, schema) ? undefined : 'the schema of the answer changes';
    const names = Object.keys(objectOf(schema['properties']));
    const forced = reading.tools.find((tool) => reading.choice === `tool ${tool.name}` || reading.choice === 'any');
    if (forced !== undefined) {
      const told = Object.keys(objectOf(at(forced.schema, 'properties')));
      return names.every((name) => told.includes(name)) ? undefined : 'the schema of the answer changes';
    }
    return names.every((name) => reading.system.includes(`"${name}"`)) ? undefined : 'the schema of the answer is lost';
  };
}

/** It is said that the answer has to be JSON, in whatever way. */
export const wantsJson: Ask = (reading) =>
  /json/i.test(reading.system) || reading.tools.length > 0 || at(reading.body['response_format'], 'type') === 'json_object'
    ? undefined
    : '`response_format` is lost';

/** It is told to think. */
export const thinks: Ask = ({ thinking }) => {
  if (thinking === undefined) return '`reasoning_effort` is lost';
  return at(thinking, 'type') === 'disabled' ? 'thinking is switched off' : undefined;
};

/** An API field that OpenAI-shaped models take under its own name. */
export function tellsField(name: string, value: JsonValue): Ask {
  return ({ body }) => {
    const told = body[name] ?? at(body['additionalModelRequestFields'], name);
    return isSame(told, value) ? undefined : `\`${name}\` is left out in silence`;
  };
}

/** What cannot be told is not to be left out without a word. */
export function notInSilence(what: string): Ask {
  return () => `${what} is left out in silence`;
}

/** Nothing may be sent of such a line. */
export const mustNotBeSent: Ask = () => 'is sent, though it cannot be right';
