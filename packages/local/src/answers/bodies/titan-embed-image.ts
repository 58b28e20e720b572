import { AnswerError, type BodyShape } from '../question.ts';
import { checkKeys, embeddingOf, isObject, malformed, typeName } from './check.ts';

const DIMENSIONS = [256, 384, 1024];

/** Amazon Titan Multimodal Embeddings G1: text, an image in base64, or both. An image is embedded by its bytes' text. */
export const titanEmbedImageBody: BodyShape = {
  name: 'titan-embed-image',
  read(body, modelId) {
    checkKeys(body, [], ['inputText', 'inputImage', 'embeddingConfig']);
    const { inputText, inputImage } = body;
    if (inputText !== undefined && typeof inputText !== 'string')
      malformed(`#/inputText: expected type: String, found: ${typeName(inputText)}`);
    if (inputImage !== undefined && typeof inputImage !== 'string')
      malformed(`#/inputImage: expected type: String, found: ${typeName(inputImage)}`);
    const text = [inputText ?? '', inputImage ?? ''].filter((value) => value !== '').join('\n');
    if (text === '') throw new AnswerError(400, 'Either inputText or inputImage must be provided.');
    const config = body['embeddingConfig'] ?? {};
    if (!isObject(config)) malformed(`#/embeddingConfig: expected type: JSONObject, found: ${typeName(config)}`);
    const dimensions = config['outputEmbeddingLength'] ?? 1024;
    if (typeof dimensions !== 'number' || !DIMENSIONS.includes(dimensions)) {
      malformed(`#/embeddingConfig/outputEmbeddingLength: ${JSON.stringify(dimensions)} is not a valid enum value`);
    }
    return { kind: 'embedding', modelId, text, dimensions, normalize: true };
  },
  write(_body, _question, given) {
    const { vector, inputTokens } = embeddingOf(given);
    return { embedding: vector, inputTextTokenCount: inputTokens, message: null };
  },
};
