// Why the log has an entry, in words: what led to it, and the reason somebody gave.

/** What of an entry tells its cause. */
export interface CausedEntry {
  readonly kind: string;
  readonly actor: string;
  readonly source: string | null;
  /** Null when it cannot be read any more. */
  readonly body: unknown;
}

const CLOCK = 'clock';

/** What led to an entry: the clock, a rule and its version, other facts, or the message of a source. */
export function causeOf({ kind, actor, source, body }: CausedEntry): string {
  const said = read(body);
  const because = Array.isArray(said['because'])
    ? said['because'].filter((part): part is string => typeof part === 'string')
    : [];
  if (because.length > 0) return because.join('; ');
  if (actor === CLOCK) return 'time passed';
  if (kind.startsWith('credential.') && typeof said['ruleVersion'] === 'number') {
    const completions = Array.isArray(said['completions']) ? said['completions'] : [];
    const earned = completions.length === 0 ? '' : ` from ${completions.map((id) => `cmp_${String(id)}`).join(', ')}`;
    return `award rule version ${said['ruleVersion']}${earned}`;
  }
  if (typeof said['eventId'] === 'string') return `event ${said['eventId']} of ${source ?? actor}`;
  return source === null || source === 'api' ? `request of ${actor}` : `told by ${source}`;
}

/** The reason that was given; null: none was. */
export function reasonOf(body: unknown): string | null {
  const { reason = read(read(body)['proof'])['reason'] } = read(body);
  return typeof reason === 'string' ? reason : null;
}

function read(body: unknown): Readonly<Record<string, unknown>> {
  return body !== null && typeof body === 'object' && !Array.isArray(body) ? (body as Readonly<Record<string, unknown>>) : {};
}
