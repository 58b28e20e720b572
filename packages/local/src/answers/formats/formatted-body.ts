import type { JsonObject, JsonValue } from '@batchrock/core';
import type { BodyShape } from '../question.ts';
import { askedFormat, schemaInWords } from './asked-format.ts';

/** A shape whose bodies may ask for an answer by a schema; where that is a tool that has to be called, the answer is its call. */
export function formattedBody(shape: BodyShape): BodyShape {
  return {
    name: shape.name,
    read(body, modelId) {
      const question = shape.read(body, modelId);
      if (question.kind !== 'text') return question;
      const schema = (askedFormat(body) ?? { schema: schemaInWords(`${question.system}\n${question.turns.at(-1)?.text}`) })
        .schema;
      return schema === undefined ? question : { ...question, schema };
    },
    write(body, question, reply, id) {
      const written = shape.write(body, question, reply, id);
      const tool = question.kind === 'text' && question.schema !== undefined ? askedFormat(body)?.tool : undefined;
      if (tool === undefined || reply.kind !== 'text' || reply.end === 'length') return written;
      const input = parsedObject(reply.text);
      return input === undefined ? written : called(written, tool, input, id);
    },
  };
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** The call of a tool in the place of a text, by how the answer is written. */
function called(answer: JsonObject, name: string, input: JsonObject, id: string): JsonObject {
  if (answer['type'] === 'message') {
    return { ...answer, content: [{ type: 'tool_use', id: `toolu_${id}`, name, input }], stop_reason: 'tool_use' };
  }
  if (answer['output'] !== undefined) {
    const content = [{ toolUse: { toolUseId: `tooluse_${id}`, name, input } }];
    return { ...answer, output: { message: { content, role: 'assistant' } }, stopReason: 'tool_use' };
  }
  if (!Array.isArray(answer['choices'])) return answer;
  const call = { id: `call_${id}`, type: 'function', function: { name, arguments: JSON.stringify(input) } };
  const end = 'stop_reason' in (answer['choices'][0] as JsonObject) ? 'stop_reason' : 'finish_reason';
  return {
    ...answer,
    choices: [{ index: 0, message: { role: 'assistant', content: null, tool_calls: [call] }, [end]: 'tool_calls' }],
  };
}
