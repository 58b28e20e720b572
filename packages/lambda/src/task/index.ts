export { createTasks, type TaskAnswer, type Tasks, type Told } from './task.ts';
