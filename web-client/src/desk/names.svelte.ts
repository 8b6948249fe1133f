/** Names of people on file. The desk holds no documents of its own, so it asks for the names once. */
import { world } from '../core/world.svelte';
import * as api from './api';
import { Resource } from './resource.svelte';

export const people = new Resource(async () => {
  const list = await api.people();
  world.learn(list.flatMap(({ id, name }) => (name ? [[id, name] as const] : [])));
  return list;
});
