import { Check, Column, type ColumnOptions, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A column as the migrations declare it. */
export type ColumnParts = ColumnOptions & { readonly isIdentity?: boolean };

/** An index: its columns in order, whether it is unique, the rows it covers when not all, and whether it looks into lists. */
export interface IndexParts {
  readonly columns: readonly string[];
  readonly unique?: boolean;
  readonly where?: string;
  readonly type?: 'gin';
}

/** What a table is made of; indexes, unique constraints and checks are keyed by their names in the database. */
export interface TableParts {
  readonly columns: Readonly<Record<string, ColumnParts>>;
  readonly indexes?: Readonly<Record<string, IndexParts>>;
  readonly uniques?: Readonly<Record<string, readonly string[]>>;
  readonly checks?: Readonly<Record<string, string>>;
}

/** A table as TypeORM knows it. */
export type Table = new () => object;

/**
 * Describes a table to TypeORM, in the words of the migration that made it, so that test/migrations can prove that neither
 * has changed without the other. Statements are plain SQL in each store: nothing is read or written through an entity.
 */
export function table(name: string, parts: TableParts): Table {
  // Decorators called as functions: an EntitySchema cannot say GENERATED ALWAYS AS IDENTITY.
  const described = class {};
  Object.defineProperty(described, 'name', { value: name });
  Entity(name)(described);
  for (const [column, { isIdentity, ...options }] of Object.entries(parts.columns)) {
    const primaryKeyConstraintName = options.primary ? `${name}_pkey` : undefined;
    if (isIdentity) {
      PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName })(
        described.prototype,
        column,
      );
    } else {
      Column({ ...options, primaryKeyConstraintName })(described.prototype, column);
    }
  }
  for (const [index, { columns, ...options }] of Object.entries(parts.indexes ?? {})) {
    Index(index, [...columns], options)(described);
  }
  for (const [unique, columns] of Object.entries(parts.uniques ?? {})) Unique(unique, [...columns])(described);
  for (const [check, expression] of Object.entries(parts.checks ?? {})) Check(check, expression)(described);
  return described;
}

/** A whole number that PostgreSQL counts up by itself, and the key. */
export const identity: ColumnParts = { type: 'bigint', primary: true, isIdentity: true };

export const uuid: ColumnParts = { type: 'uuid' };
export const text: ColumnParts = { type: 'text' };
export const bigint: ColumnParts = { type: 'bigint' };
export const integer: ColumnParts = { type: 'integer' };
export const smallint: ColumnParts = { type: 'smallint' };
export const float: ColumnParts = { type: 'double precision' };
export const flag: ColumnParts = { type: 'boolean' };
/** A calendar day. */
export const day: ColumnParts = { type: 'date' };
export const instant: ColumnParts = { type: 'timestamptz' };
export const json: ColumnParts = { type: 'jsonb' };
export const bytes: ColumnParts = { type: 'bytea' };

/** Part of the primary key. */
export const key = (column: ColumnParts): ColumnParts => ({ ...column, primary: true });

/** May be absent. */
export const optional = (column: ColumnParts): ColumnParts => ({ ...column, nullable: true });

/** An array of such values. */
export const list = (column: ColumnParts): ColumnParts => ({ ...column, array: true });

/** The key of a table that has exactly one row. */
export const onlyRow: ColumnParts = { type: 'boolean', primary: true, default: true };
