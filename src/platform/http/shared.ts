// One event asked about in the same words by many subscribers is answered once.
import { Kind, visit, type DocumentNode, type ExecutionArgs, type ExecutionResult, type SelectionSetNode } from 'graphql';
import { Remembered } from '../remembered';

/** So many answers are kept, of some kilobytes each: enough for all who follow the same events at about the same pace. */
const KEPT = 1_000;

interface Answer {
  readonly answers: Map<string, Answer>;
  readonly key: string;
  readonly result: Promise<ExecutionResult>;
}

/** Whoever asks is of another class than a moment ago. */
export class AnotherClass extends Error {}

/**
 * Answers to events, the last thousand of those whose events still are somewhere. Whoever asks about an event that another is being answered about
 * waits for that answer.
 */
export class SharedAnswers {
  readonly #byEvent = new WeakMap<object, Map<string, Answer>>();
  readonly #kept = new Set<Answer>();

  /** The answer of `key` to an event; `answer` makes it if nobody has asked yet. One that fails is not kept. */
  async get(event: unknown, key: string, answer: () => Promise<ExecutionResult>): Promise<ExecutionResult> {
    if (event === null || typeof event !== 'object') return answer();
    let answers = this.#byEvent.get(event);
    if (!answers) this.#byEvent.set(event, (answers = new Map<string, Answer>()));
    const found = answers.get(key) ?? { answers, key, result: answer() };
    if (!answers.has(key)) this.#keep(found);
    return found.result;
  }

  /** The same under the key that whoever asks has at this event: it is asked for again when `answer` finds that it has changed (AnotherClass). */
  async getNow(
    event: unknown,
    keyNow: (isStale: boolean) => Promise<string>,
    answer: (key: string) => Promise<ExecutionResult>,
  ): Promise<ExecutionResult> {
    for (let isStale = false; ; isStale = true) {
      const key = await keyNow(isStale);
      try {
        return await this.get(event, key, () => answer(key));
      } catch (error) {
        if (!(error instanceof AnotherClass)) throw error;
      }
    }
  }

  #keep(answer: Answer): void {
    answer.answers.set(answer.key, answer);
    this.#kept.add(answer);
    answer.result.catch(() => this.#drop(answer));
    if (this.#kept.size <= KEPT) return;
    const [oldest] = this.#kept;
    this.#drop(oldest!);
  }

  #drop(answer: Answer): void {
    answer.answers.delete(answer.key);
    this.#kept.delete(answer);
  }
}

/** What was found out is believed for so long: ten thousand subscribers do not prove who they are with every event. */
const BELIEVED_MS = 500;

/** Asks at most twice a second, and anew when told that what is believed is stale. */
export function believed(ask: () => Promise<string>): (isStale: boolean) => Promise<string> {
  const answers = new Remembered<string>({ forMs: BELIEVED_MS, most: 1 });
  return (isStale) => {
    if (isStale) answers.forget('');
    return answers.get('', ask);
  };
}

/**
 * Tells subscriptions apart whose answers to one event may differ: by the class of whoever asks, the document, and the variables it uses below its
 * root field. The arguments of the root field decide which events come, and not what is said of one.
 */
export function answerKey(classOfCaller: string, { document, operationName, variableValues }: ExecutionArgs): string {
  const used = variablesBelowRoot(document);
  const variables = Object.entries(variableValues ?? {})
    .filter(([name]) => used.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([classOfCaller, document.loc?.source.body ?? null, operationName ?? null, variables]);
}

function variablesBelowRoot(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  const collect = (node: DocumentNode['definitions'][number] | SelectionSetNode): void => {
    visit(node, { Variable: ({ name }) => void names.add(name.value) });
  };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) {
      collect(definition);
      continue;
    }
    for (const selection of definition.selectionSet.selections) {
      if (selection.kind !== Kind.FIELD) collect({ kind: Kind.SELECTION_SET, selections: [selection] });
      else if (selection.selectionSet) collect(selection.selectionSet);
    }
  }
  return names;
}
