export { answerCloudFormation, type StackAnswer, type ToldStack } from './cloudformation.ts';
