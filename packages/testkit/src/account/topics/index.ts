export { createTopics, type PublishedMessage, type Topics, type TopicsAnswer } from './topics.ts';
