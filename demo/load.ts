import { connect, type Send, type Server } from './api';
import { SAMPLE_MARK } from './catalogue/credential-types';
import { LOADED, mutations, ROLES } from './operations';
import type { DecisionPayload, IngestPayload, LoadedAnswer, MutationName, Refusal, RolesAnswer } from './operations';
import { noProgress, type Progress } from './progress';
import { makeOrganisation, type Organisation } from './sample/organisation';
import { stepsFor, type Batch, type Step } from './steps';
import { CHIEF_EXECUTIVE } from './sample/people';

/** What loading did. */
export interface Loaded {
  readonly organisation: Organisation;
  /** True when the sample was there already and nothing was sent. */
  readonly wasLoaded: boolean;
  readonly items: number;
  readonly seconds: number;
  /** Where in the change log to go on from; null when the server did not say. */
  readonly cursor: string | null;
}

/** The sample could not be loaded as a whole. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
}

const STARTED = 'started';
const FINISHED = 'loaded';
const SHOWN = 10;
const ACCEPTED: ReadonlySet<string> = new Set(['APPLIED', 'UNCHANGED', 'DUPLICATE']);

/**
 * Loads the sample organisation through the product's mutations. Loading again changes nothing: a loaded sample is recognised by a mark in
 * the graph itself, and an interrupted one is gone on with, as of the instant at which it was begun.
 * @throws LoadError when anything was refused, when the database holds somebody else's people, or when the signal came first.
 */
export async function load(server: Server, now: number, progress: Progress = noProgress, signal?: AbortSignal): Promise<Loaded> {
  const send = connect(server);
  const started = Date.now();
  const { anchor, marks, strangers, position } = await readMarks(send);
  if (marks.has(FINISHED))
    return { organisation: makeOrganisation(anchor ?? now), wasLoaded: true, items: 0, seconds: 0, cursor: position };
  if (anchor === null && strangers > 0) {
    throw new LoadError(
      `This database holds ${strangers} people who are not of the sample organisation: choose an empty one, or another DATA_DIR.`,
    );
  }
  const organisation = makeOrganisation(anchor ?? Math.floor(now / 1000) * 1000);
  const hasRule = await rolesWithRule(send);
  const steps = stepsFor(organisation, hasRule).filter((step) => !(step.isOnce && marks.has(step.name)));
  const loading = new Loading(send, progress, organisation.anchor, signal);
  progress.start(steps.reduce((sum, step) => sum + countOf(step), 0));
  try {
    for (const step of steps) await loading.run(step, anchor === null);
    await loading.mark(FINISHED);
  } finally {
    progress.stop();
  }
  return { organisation, wasLoaded: false, items: loading.items, seconds: (Date.now() - started) / 1000, cursor: loading.cursor };
}

interface Marks {
  /** The instant as of which the sample was begun; null: it was not. */
  readonly anchor: number | null;
  readonly marks: ReadonlySet<string>;
  /** People who are there although no sample was begun. */
  readonly strangers: number;
  readonly position: string | null;
}

async function readMarks(send: Send): Promise<Marks> {
  const chief = { externalId: { value: CHIEF_EXECUTIVE } };
  const { data, position } = await send<LoadedAnswer>(LOADED, { mark: [SAMPLE_MARK], chief });
  const { nodes } = data.credentials;
  const begun = nodes.find((node) => node.instance === STARTED);
  const marks = new Set(nodes.map((node) => node.instance ?? ''));
  const strangers = data.employees.totalCount - (data.chief ? 1 : 0);
  return { anchor: begun ? Date.parse(begun.issuedAt) : null, marks, strangers, position };
}

async function rolesWithRule(send: Send): Promise<ReadonlySet<string>> {
  const codes = new Set<string>();
  for (let after: string | null = null, more = true; more;) {
    const { data }: { data: RolesAnswer } = await send<RolesAnswer>(ROLES, { after });
    for (const role of data.roles.nodes) if (role.rule !== null) codes.add(role.code);
    after = data.roles.pageInfo.endCursor;
    more = data.roles.pageInfo.hasNextPage;
  }
  return codes;
}

function countOf(step: Step): number {
  return step.batches.reduce((sum, batch) => sum + batch.count, 0);
}

/** The sending of batches, one after the other. */
class Loading {
  items = 0;
  cursor: string | null = null;

  constructor(
    private readonly send: Send,
    private readonly progress: Progress,
    private readonly anchor: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async run(step: Step, isFirstRun: boolean): Promise<void> {
    this.progress.advance(0, step.title);
    for (const batch of step.batches) {
      if (this.signal?.aborted) throw new LoadError('The loading was interrupted: the next run goes on with it.');
      await this.sendBatch(batch, step.title);
      this.items += batch.count;
      this.progress.advance(batch.count, step.title);
    }
    if (step.begins && isFirstRun) await this.mark(STARTED);
    if (step.isOnce) await this.mark(step.name);
  }

  /** Marks the sample in the graph: an attestation of the chief executive, issued at the sample's own instant. */
  async mark(instance: string): Promise<void> {
    const credential = {
      eventId: `sample/mark/${instance}`,
      employeeExternalId: CHIEF_EXECUTIVE,
      typeCode: SAMPLE_MARK,
      instance,
      issuedAt: new Date(this.anchor).toISOString(),
    };
    const input = { source: 'sample', idempotencyKey: `sample/mark/${instance}`, credentials: [credential] };
    await this.sendBatch({ mutation: 'issueCredentials', input, count: 1 }, 'the mark of the sample');
  }

  private async sendBatch({ mutation, input }: Batch, title: string): Promise<void> {
    const { data } = await this.send<Record<MutationName, IngestPayload | DecisionPayload>>(mutations[mutation], { input });
    const payload = data[mutation];
    const refusals = 'results' in payload ? refusedItems(payload) : payload.refusal ? [describe(payload.refusal)] : [];
    if (refusals.length > 0) {
      const shown = refusals.slice(0, SHOWN).map((line) => `  ${line}`);
      const rest = refusals.length > SHOWN ? [`  and ${refusals.length - SHOWN} more`] : [];
      throw new LoadError([`${mutation} refused ${refusals.length} of the items of "${title}":`, ...shown, ...rest].join('\n'));
    }
    this.cursor = payload.cursor ?? this.cursor;
  }
}

function refusedItems(payload: IngestPayload): string[] {
  return payload.results
    .filter((result) => !ACCEPTED.has(result.outcome))
    .map(({ index, outcome, refusal }) => `item ${index} ${outcome}${refusal ? `: ${describe(refusal)}` : ''}`);
}

function describe(refusal: Refusal): string {
  return `${refusal.code} at ${refusal.path.join('.') || 'the input'}: ${refusal.message}`;
}
