/** The words of the coordinator's desk: a worker's phone does without them. */
export { default } from './desk.ftl?raw';
