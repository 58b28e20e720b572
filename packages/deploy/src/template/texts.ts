import { KIND_TAG } from '../stack/request.ts';
import { ASSET_PARAMETERS, DEFAULT_ASSET_PREFIX } from './portable-synthesizer.ts';

/** What the texts beside a template name. */
export interface TemplateNames {
  readonly kind: string;
  readonly stackName: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A script for the AWS command line: uploads the template and its assets, then says how the stack is launched. */
export function uploadScript({ kind, stackName, tags }: TemplateNames): string {
  const { bucket, prefix } = ASSET_PARAMETERS;
  const allTags = Object.entries({ ...tags, [KIND_TAG]: kind }).map(([name, value]) => quoted(`${name}=${value}`));
  return `#!/bin/sh
# Uploads the template and the code of its functions, then says how the stack is launched.
# usage: ./upload.sh BUCKET [PREFIX]     the bucket stands in the Region of the stack
set -eu
bucket=\${1:?'usage: ./upload.sh BUCKET [PREFIX]'}
prefix=\${2-${DEFAULT_ASSET_PREFIX}}
case $prefix in '' | */) ;; *) prefix=$prefix/ ;; esac
cd "$(dirname "$0")"

region=$(aws s3api get-bucket-location --bucket "$bucket" --query LocationConstraint --output text)
case $region in None | null) region=us-east-1 ;; EU) region=eu-west-1 ;; esac
case $region in cn-*) suffix=amazonaws.com.cn ;; *) suffix=amazonaws.com ;; esac
aws s3 cp assets "s3://$bucket/$prefix" --recursive --region "$region"
aws s3 cp template.json "s3://$bucket/\${prefix}template.json" --region "$region"

url="https://$bucket.s3.$region.$suffix/\${prefix}template.json"
cat <<END

Launch the stack in the console:
  https://$region.console.aws.amazon.com/cloudformation/home?region=$region#/stacks/create/review?templateURL=$url&stackName=${stackName}&param_${bucket}=$bucket&param_${prefix}=$prefix

or by the command line:
  aws cloudformation deploy --region $region --stack-name ${stackName} --template-file template.json \\\\
    --s3-bucket $bucket --capabilities CAPABILITY_IAM --tags ${allTags.join(' ')} \\\\
    --parameter-overrides ${bucket}=$bucket ${prefix}=$prefix
END
`;
}

/** What lies in the folder of a template, and what to do with it, in words. */
export function readMeText({ kind, stackName }: TemplateNames, files: readonly string[]): string {
  const { bucket, prefix } = ASSET_PARAMETERS;
  return `Batchrock: the stack "${kind}" as a CloudFormation template

${files.map((file) => `  ${file}`).join('\n')}

1. Have a bucket in the Region where the stack is to be.
2. Upload: ./upload.sh BUCKET [PREFIX]. By hand: the files of assets/ below one prefix of
   the bucket ("${DEFAULT_ASSET_PREFIX}" if you do not mind), and template.json beside them.
3. Launch the stack: with the link or the command that upload.sh prints. In the console:
   CloudFormation, Create stack, the URL of template.json, then
     Stack name   ${stackName}
     ${bucket}  the bucket
     ${prefix}  the prefix, its last slash included
   and acknowledge that IAM resources are created: roles for the functions and for Bedrock.

A newer version is another template with other assets: upload both, and update the stack.
When the stack is deleted, its bucket and its table stay, since results do.
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
