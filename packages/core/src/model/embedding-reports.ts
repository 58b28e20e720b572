import type { EmbeddingRequest, UnsupportedSink } from './chat.ts';
import { leftOut } from './unsupported.ts';

/** The length of the vector as it is sent: undefined, and reported, where the model has no such one. */
export function takenDimensions(
  { dimensions }: EmbeddingRequest,
  lengths: readonly number[],
  sink: UnsupportedSink,
): number | undefined {
  if (dimensions === undefined || lengths.includes(dimensions)) return dimensions;
  const known = lengths.length === 0 ? 'it has one length only' : `its lengths are ${lengths.join(', ')}`;
  leftOut(sink, 'dimensions_not_supported', 'dimensions', `dimensions ${dimensions} is left out: ${known}`);
  return undefined;
}

/** Reports what no embedding model of Bedrock is told. */
export function reportUser({ user }: EmbeddingRequest, sink: UnsupportedSink): void {
  if (user !== undefined) leftOut(sink, 'user_not_supported', 'user', 'user is left out: embedding models have no such field');
}

/** Reports a picture beside the text where the model takes text alone. */
export function reportImage({ image }: EmbeddingRequest, sink: UnsupportedSink): void {
  if (image !== undefined) leftOut(sink, 'media_not_supported', image.at, 'the image is left out: this model takes text alone');
}
