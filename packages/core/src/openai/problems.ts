/**
 * What can be wrong with a line of an OpenAI batch file, by its stable code. A code never changes its meaning; the table of
 * `docs/openai.md` is written from here.
 */
export const OPENAI_PROBLEMS = {
  not_json: 'the line is not JSON',
  not_an_object: 'something else than a JSON object stands where one has to',
  missing_field: 'a field that is required is missing or null',
  bad_type: 'a value is of another JSON type than the field takes',
  bad_value: 'a value is none of those that the field takes',
  out_of_range: 'a number is outside of what the field takes',
  bad_custom_id: 'the custom_id is missing, empty or no text',
  duplicate_custom_id: 'another line of the file has the same custom_id',
  bad_method: 'the method is not POST',
  unknown_url: 'the url is no endpoint that is translated',
  unknown_role: 'a message has a role that is not known',
  no_messages: 'there is nothing to answer: no message with anything in it',
  unknown_part: 'a part of a content is of a type that does not belong there',
  unknown_item: 'an item of the input of a response is of a type that is not translated',
  bad_base64: 'data is no base64',
  empty_media: 'an image, a document or a sound has no bytes',
  bad_data_url: 'a URL that begins with `data:` is not `data:<media type>;base64,<data>`',
  bad_url: 'a URL is neither `data:`, `s3://` nor `https://`',
  unknown_media_type: 'the media type is none that a model takes, or cannot be told',
  media_not_fetched:
    'bytes are behind an https URL; the service reads none; images are fetched with `--fetch-images`, unless they cannot be',
  file_id: 'a file stands in the storage of OpenAI, where nothing here can read it',
  bad_tool_name: 'the name of a tool is not 1 to 64 of A to Z, a to z, 0 to 9, `_` and `-`',
  duplicate_tool: 'two tools have the same name',
  bad_schema: 'the parameters of a tool, or the schema of an answer, are no JSON schema of an object',
  unknown_tool: 'tool_choice names a tool that is not among the tools',
  no_tools: 'tool_choice asks for a tool where there are none',
  hosted_tool: 'the tool runs at OpenAI; only functions are translated',
  unknown_tool_call: 'a tool result answers a call that the assistant did not make just before, or one that is answered',
  unanswered_tool_call: 'a tool call is not answered by the messages right after it',
  too_deep: 'JSON is nested deeper than any model is known to read',
  too_many_requests: 'more requests in one line than can be told apart',
  stream: 'a batch cannot stream',
  stored_state: 'the request goes on from something that is stored at OpenAI',
  wrong_endpoint: 'the line asks for an embedding of a model that answers, or the other way round',
  several_models: 'the lines of a file name more than one model; a job has one',
  record_too_large: 'the record is larger than the service takes',
  token_input: 'the input is a list of token numbers; they mean something to the models of OpenAI only',
} as const satisfies Readonly<Record<string, string>>;

/** What is told to every model otherwise than it was written, by its stable code. Families have codes of their own beside these. */
export const OPENAI_CHANGES = {
  late_instructions: 'instructions behind the first turn are told before all turns',
  instructions_as_turn: 'instructions alone are told as a turn of the user',
  first_turn_added: 'a turn of the user, `.`, is set before a conversation that the assistant begins',
  empty_message: 'a message without a text is left out: models refuse it',
  refusal_as_text: 'what the assistant refused with is told as its text',
  arguments_wrapped: 'arguments of a call that are no JSON object are told as `{"rawInvalidInput": …}`',
  tools_of_history: 'tools that only the messages call are told by name, and may not be called again',
  media_type_corrected: 'an image is sent as what its first bytes say that it is',
  empty_stop: 'an empty text in `stop` is left out',
  effort_lowered: '`max` is told as `xhigh`',
} as const satisfies Readonly<Record<string, string>>;

/** What is told to no model, by its stable code. */
export const OPENAI_OMISSIONS = {
  field_not_supported: 'a field of OpenAI for which the service has no word',
  unknown_field: 'a field that is not known',
  message_name: 'the `name` of who says a message',
  assistant_audio: 'a sound that the assistant said, which stands at OpenAI',
  reasoning_item: 'what another model thought',
  cache_ttl: 'how long a prefix is kept, where it is a time of OpenAI’s',
} as const satisfies Readonly<Record<string, string>>;

/** A stable code of `OPENAI_PROBLEMS`. */
export type OpenAiProblemCode = keyof typeof OPENAI_PROBLEMS;

/** Something that stands in the way of sending a line. */
export interface OpenAiProblem {
  /** One of `OPENAI_PROBLEMS`, or the code of something unsupported that the policy does not let pass. */
  readonly code: string;
  /** Where in the line: `body.messages[3].content[0].image_url.url`; empty: the line itself. */
  readonly path: string;
  /** What, the value given, what is allowed; lower case, no full stop. */
  readonly message: string;
}
