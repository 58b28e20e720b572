import {
  CfnParameter,
  type DockerImageAssetLocation,
  type FileAssetLocation,
  FileAssetPackaging,
  type FileAssetSource,
  Fn,
  type ISynthesisSession,
  type Stack,
  StackSynthesizer,
} from 'aws-cdk-lib';

/** A file or folder of the assembly that the stack needs, and the name that it is looked for under. */
export interface PortableAsset {
  readonly name: string;
  /** Below the folder of the assembly. */
  readonly source: string;
  readonly isFolder: boolean;
}

/** The parameters that say where the assets lie. */
export const ASSET_PARAMETERS = { bucket: 'AssetBucket', prefix: 'AssetPrefix' } as const;

/** Where assets lie in their bucket when nobody says it. */
export const DEFAULT_ASSET_PREFIX = 'batchrock/';

/** Makes a template that needs no bootstrapped account: parameters say in which bucket its assets lie, and below which prefix. */
export class PortableSynthesizer extends StackSynthesizer {
  readonly #assets = new Map<string, PortableAsset>();

  /** The assets that the template asks for. */
  get assets(): readonly PortableAsset[] {
    return [...this.#assets.values()];
  }

  override bind(stack: Stack): void {
    super.bind(stack);
    new CfnParameter(stack, ASSET_PARAMETERS.bucket, {
      description: 'The bucket with the code of the functions, in the Region of the stack',
      allowedPattern: '^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$',
      constraintDescription: 'the name of a bucket',
    });
    new CfnParameter(stack, ASSET_PARAMETERS.prefix, {
      description: 'What the keys of that code begin with, its last slash included',
      default: DEFAULT_ASSET_PREFIX,
      allowedPattern: "^([-!_*'().a-zA-Z0-9]+/)*$",
      constraintDescription: 'nothing, or words that each end in a slash, such as batchrock/',
    });
  }

  addFileAsset(asset: FileAssetSource): FileAssetLocation {
    if (asset.fileName === undefined) throw new Error(`the asset ${asset.sourceHash} is no file`);
    const isFolder = asset.packaging === FileAssetPackaging.ZIP_DIRECTORY;
    const extension = isFolder ? '.zip' : (/\.[a-z]+$/.exec(asset.fileName)?.[0] ?? '');
    // 64 bits tell apart what one stack has; the name changes with the content, so that an update sees new code
    const name = `${asset.sourceHash.slice(0, 16)}${extension}`;
    this.#assets.set(name, { name, source: asset.fileName, isFolder });
    const bucketName = Fn.ref(ASSET_PARAMETERS.bucket);
    const objectKey = Fn.join('', [Fn.ref(ASSET_PARAMETERS.prefix), name]);
    const httpUrl = Fn.join('', [
      'https://',
      bucketName,
      '.s3.',
      Fn.ref('AWS::Region'),
      '.',
      Fn.ref('AWS::URLSuffix'),
      '/',
      objectKey,
    ]);
    return { bucketName, objectKey, httpUrl, s3ObjectUrl: Fn.join('', ['s3://', bucketName, '/', objectKey]) };
  }

  addDockerImageAsset(): DockerImageAssetLocation {
    throw new Error('images are no part of a template for others');
  }

  synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
    this.emitArtifact(session);
  }
}
