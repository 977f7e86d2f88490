// What most people would write: TypeORM repositories, one `save` per row; and it does less (no rules, no verdicts, no timelines, no log).
import 'reflect-metadata';
import { DataSource, EntitySchema } from 'typeorm';

const id = { type: 'uuid', primary: true, generated: 'uuid' } as const;
const text = { type: 'text' } as const;

const Completion = new EntitySchema<{ id?: string; person: string; course: string; status: string; score: number; at: Date }>({
  name: 'naive_completion',
  columns: { id, person: text, course: text, status: text, score: { type: 'float8' }, at: { type: 'timestamptz' } },
  indices: [{ columns: ['person', 'course', 'at'], unique: true }],
});
const Credential = new EntitySchema<{ id?: string; person: string; type: string; issuedAt: Date; expiresAt: Date }>({
  name: 'naive_credential',
  columns: { id, person: text, type: text, issuedAt: { type: 'timestamptz' }, expiresAt: { type: 'timestamptz' } },
  indices: [{ columns: ['person'] }],
});
const Outbox = new EntitySchema<{ id?: string; kind: string; body: object }>({
  name: 'naive_outbox',
  columns: { id, kind: text, body: { type: 'jsonb' } },
});

/** A completion as it arrives. */
export interface NaiveItem {
  readonly employeeExternalId: string;
  readonly courseCode: string;
  readonly status: string;
  readonly score: number;
  readonly completedAt: string;
}

/** The baseline, on a database of its own. */
export interface Naive {
  /** Three saves for each item, each its own transaction, as `repository.save` does. */
  savePerRow(items: readonly NaiveItem[]): Promise<void>;
  /** The same saves in one transaction. */
  savePerBatch(items: readonly NaiveItem[]): Promise<void>;
  stop(): Promise<void>;
}

/** Connects and makes the three tables. */
export async function startNaive(url: string): Promise<Naive> {
  const source = new DataSource({
    type: 'postgres',
    url,
    entities: [Completion, Credential, Outbox],
    synchronize: true,
    poolSize: 8,
  });
  await source.initialize();
  const save = async (manager: typeof source.manager, items: readonly NaiveItem[]): Promise<void> => {
    const [completions, credentials, outbox] = [
      manager.getRepository(Completion),
      manager.getRepository(Credential),
      manager.getRepository(Outbox),
    ];
    for (const { employeeExternalId: person, courseCode: course, status, score, completedAt } of items) {
      const at = new Date(completedAt);
      const completion = await completions.save({ person, course, status, score, at });
      const expiresAt = new Date(at.getTime() + 730 * 86_400_000);
      const credential = await credentials.save({ person, type: course, issuedAt: at, expiresAt });
      await outbox.save({
        kind: 'credential.issued',
        body: { completion: completion.id, credential: credential.id, person, expiresAt },
      });
    }
  };
  return {
    savePerRow: (items) => save(source.manager, items),
    savePerBatch: (items) => source.transaction((manager) => save(manager, items)),
    stop: () => source.destroy(),
  };
}
