/**
 * Types of the desk's REST from its description: `npm run api-types` after `schemas/openapi.json` has changed.
 * It knows exactly the words that description uses; a new one stops it, so that nothing becomes `any` unnoticed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const PLAIN = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' };
const KNOWN = new Set([
  'type', 'description', 'format', 'minimum', 'properties', 'required', 'items', 'prefixItems', 'enum', 'oneOf', '$ref',
  'additionalProperties', 'propertyNames',
]);

function literal(type, schema) {
  if (schema.enum) return schema.enum.map((one) => `'${one}'`).join(' | ');
  if (type === 'array') return list(schema);
  if (type === 'object') return schema.properties ? object(schema) : `Record<string, ${typeOf(schema.additionalProperties)}>`;
  if (PLAIN[type]) return PLAIN[type];
  throw new Error(`type ${type}`);
}

function list({ items, prefixItems }) {
  if (prefixItems) return `[${prefixItems.map(typeOf).join(', ')}]`;
  const of = typeOf(items);
  return of.includes(' | ') ? `(${of})[]` : `${of}[]`;
}

function object({ properties, required = [] }) {
  const lines = Object.entries(properties).map(([name, of]) => `  ${name}${required.includes(name) ? '' : '?'}: ${typeOf(of)};`);
  return `{\n${lines.join('\n')}\n}`;
}

function typeOf(schema) {
  for (const word of Object.keys(schema)) if (!KNOWN.has(word)) throw new Error(`unknown word ${word}`);
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.oneOf) return [...new Set(schema.oneOf.map(typeOf))].join(' | ');
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return types.map((type) => literal(type, schema)).join(' | ');
}

/** The text of `src/desk/openapi.ts`. */
export function typesOf(api) {
  const types = Object.entries(api.components.schemas).map(([name, schema]) => {
    const comment = schema.description ? `/** ${schema.description.replaceAll('\n', ' ')} */\n` : '';
    return `${comment}export type ${name} = ${typeOf(schema)};\n`;
  });
  return `// Made from schemas/openapi.json by \`npm run api-types\`. Not to be changed by hand.\n\n${types.join('\n')}`;
}

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const read = (path) => readFileSync(here(path), 'utf8');
export const made = () => typesOf(JSON.parse(read('../../schemas/openapi.json')));
export const kept = () => read('../src/desk/openapi.ts');

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(here('../src/desk/openapi.ts'), made());
