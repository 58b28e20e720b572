/** The bucket of a local Bedrock that is used when no other is named. */
export const LOCAL_BUCKET = 'batchrock-local';
