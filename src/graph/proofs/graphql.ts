import { setTimeout as sleep } from 'node:timers/promises';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { isCount } from '../../core/merkle';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import { badInput } from '../../platform/graphql/errors';
import { FloatScalar } from '../../platform/graphql/scalars';
import { viewOf, type GraphContext } from '../context';
import { findEmployee } from '../people/graphql';
import { allRoles } from '../rules/graphql';
import { assembleProof } from './assemble';
import { erasedMeanwhile, proveAnswer, recordExport, refuseAsked } from './export';
import { ExportProofInput, ExportProofPayload } from './gql-types';
import { sees } from '../sight';
import { entriesAt, exportOf } from './store';

/** Heads are signed within a second of news; a busy machine is given a few. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 100;

@Resolver()
export class ProofResolver {
  @Mutation(() => ExportProofPayload, {
    description:
      'Answers one question about one person with a file that proves the answer to whoever has the public key: facts, rule, reasoning, and their places in the signed log. That it was exported, for whom and why, is put on record.',
  })
  async exportProof(
    @Arg('input', () => ExportProofInput, { description: 'The question, and why it is asked.' }) input: ExportProofInput,
    @Ctx() context: GraphContext,
  ): Promise<ExportProofPayload> {
    const none = async (no: Refusal): Promise<ExportProofPayload> => {
      const cursor = await context.graph.cursors.cursorAt(await context.position());
      return { file: null, statement: null, position: null, refusal: no, cursor };
    };
    const no = refuseAsked(input);
    if (no) return none(no);
    const { position: head } = await context.snapshot();
    const asked = await viewOf(context, input);
    const view = { ...asked, known: asked.known ?? head };
    const employee = await findEmployee(context, input.employee, view);
    if (!employee)
      return none(refusal('UNKNOWN_EMPLOYEE', 'Nobody was known by this key then: check key and instants.', ['employee']));
    if (input.roleCode != null && (await allRoles(context, view, [input.roleCode])).length === 0) {
      return none(refusal('UNKNOWN_ROLE', `There is no role "${input.roleCode}": correct its code.`, ['roleCode']));
    }
    const document = await proveAnswer(context, employee, input, view);
    if (isRefusal(document)) return none(document);
    await context.release();
    const { value, cursor } = await context.write('api', (write) => recordExport(write, employee.uuid, document));
    if (isRefusal(value)) return none(value);
    const position = await exportOf(await context.db(), employee.uuid, value);
    const file = await whenSigned(context, position);
    if (file === null && (await context.graph.personKeys.load(await context.db(), [employee.uuid])).size === 0)
      return none(erasedMeanwhile());
    return { file, statement: document.answer.statement, position, refusal: null, cursor };
  }

  @Query(() => String, {
    nullable: true,
    description:
      'The file of a proof that was exported; null when there is none at this position, it would give away somebody who was erased, or no head is signed yet.',
  })
  async answerProof(
    @Arg('position', () => FloatScalar, { description: 'What `exportProof` answered.' }) position: number,
    @Ctx() context: GraphContext,
  ): Promise<string | null> {
    if (!isCount(position)) throw badInput('`position` is what exportProof answered: a whole number.');
    const db = await context.db();
    const [exported] = await entriesAt(db, [position]);
    const subject = exported?.subject;
    if (subject == null || !(await sees(db, context.actor, context.now, subject))) return null;
    return assembleProof(db, context.graph.personKeys, position);
  }
}

async function whenSigned(context: GraphContext, position: number): Promise<string | null> {
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const file = await assembleProof(await context.db(), context.graph.personKeys, position);
    if (file !== null || Date.now() > end) return file;
    await context.release();
    await sleep(LOOK_EVERY_MS);
  }
}
