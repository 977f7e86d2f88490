// What graphql-js says of mistakes names types and fields: whoever is not to read the schema is not told them one by one either.
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';

/** Leaves out of a message whatever the schema calls something that whoever is told has not written. */
export type Redact = (message: string, written: string) => string;

const HIDDEN = '…';

/**
 * Redacts messages about a schema. graphql-js puts the schema's words between quotes, where any may be one; elsewhere, since what a client sent may
 * hold quotes too, those that are no words of a sentence.
 */
export function redactSchema(schema: GraphQLSchema): Redact {
  const words = wordsOf(schema);
  return (message, written) => {
    const hide = (word: string): string => (words.has(word) && !new RegExp(`\\b${word}\\b`).test(written) ? HIDDEN : word);
    return message
      .replace(/ Did you mean [^?]*\?/g, '')
      .replace(/"[^"]*"/g, (quoted) => quoted.replace(/\w+/g, hide))
      .replace(/\w*[A-Z_]\w*/g, hide);
  };
}

function wordsOf(schema: GraphQLSchema): ReadonlySet<string> {
  const words = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    words.add(type.name);
    if (isEnumType(type)) for (const { name } of type.getValues()) words.add(name);
    if (isInputObjectType(type)) for (const name of Object.keys(type.getFields())) words.add(name);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      words.add(field.name);
      for (const { name } of field.args) words.add(name);
    }
  }
  for (const { name, args } of schema.getDirectives()) {
    words.add(name);
    for (const arg of args) words.add(arg.name);
  }
  return words;
}
