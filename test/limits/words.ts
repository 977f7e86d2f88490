// The words of the schema, and which of them somebody was told who had not said them.
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';

/** What every schema has. */
const EVERYWHERE = new Set(['Int', 'Float', 'String', 'Boolean', 'ID']);

/** Everything the schema gives a name that is no word of a sentence: types, fields, arguments, values. */
export function wordsOf(schema: GraphQLSchema): ReadonlySet<string> {
  const words = Object.values(schema.getTypeMap()).flatMap((type) => {
    const own = [type.name];
    if (isEnumType(type)) own.push(...type.getValues().map(({ name }) => name));
    if (isInputObjectType(type)) own.push(...Object.keys(type.getFields()));
    if (isObjectType(type) || isInterfaceType(type))
      own.push(...Object.values(type.getFields()).flatMap(({ name, args }) => [name, ...args.map((arg) => arg.name)]));
    return own;
  });
  return new Set(words);
}

/** Which of the words a text says that were not in what was asked; those that are words of a sentence too are passed over. */
export function disclosed(words: ReadonlySet<string>, text: string, asked: string): string[] {
  const said = new Set(text.match(/\w+/g) ?? []);
  const isTelling = (word: string): boolean => /[A-Z_]/.test(word) && !EVERYWHERE.has(word);
  return [...said].filter((word) => words.has(word) && isTelling(word) && !new RegExp(`\\b${word}\\b`).test(asked));
}
