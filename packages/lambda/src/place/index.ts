export { isBedrockUri, parseS3Uri, type S3Place, validFolderUri } from './s3-place.ts';
