// What publishAwardRule takes.
import { Field, InputType, registerEnumType } from 'type-graphql';
import { DateTimeScalar, DurationScalar, FloatScalar } from '../../platform/graphql/scalars';

@InputType({ description: 'A rule that turns completions into awards.' })
export class PublishAwardRuleInput {
  @Field(() => String, { description: 'The type it awards.' })
  typeCode: string;
  @Field(() => AwardConditionInput, { description: 'What must have been completed.' })
  when: AwardConditionInput;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it takes effect, default now; a first version by default since ever. Completions are decided by the version in effect when they were finished.',
  })
  effectiveFrom?: number | null;
  @Field(() => String, { nullable: true, description: 'Why it is published; kept with the publication in the audit.' })
  reason?: string | null;
}

@InputType({ description: 'What must have been completed since the last award; exactly one key.' })
export class AwardConditionInput {
  @Field(() => PassedCourseInput, { nullable: true, description: 'A course was passed.' })
  passed?: PassedCourseInput;
  @Field(() => [AwardConditionInput], { nullable: true, description: 'All of these.' })
  all?: AwardConditionInput[];
  @Field(() => [AwardConditionInput], { nullable: true, description: 'Any of these.' })
  any?: AwardConditionInput[];
  @Field(() => CourseCreditsInput, { nullable: true, description: 'So many credit hours were earned.' })
  creditHours?: CourseCreditsInput;
  @Field(() => CreditCycleInput, {
    nullable: true,
    description: 'The holding is renewed by the hours of its cycle. On top, or directly under an `any` on top.',
  })
  cycle?: CreditCycleInput;
}

@InputType({ description: 'A course passed.' })
export class PassedCourseInput {
  @Field(() => String, { description: 'Which course.' })
  courseCode: string;
  @Field(() => FloatScalar, { nullable: true, description: "The lowest score that counts, beside the course's own pass mark." })
  minScore?: number | null;
}

@InputType({ description: 'Credit hours earned.' })
export class CourseCreditsInput {
  @Field(() => [String], { description: 'In these courses.' })
  courseCodes: string[];
  @Field(() => FloatScalar, { description: 'At least so many hours.' })
  min: number;
  @Field(() => DurationScalar, { description: 'How long an hour counts after it was earned.' })
  within: string;
}

export const CycleHoursFrom = { EXPIRY: 'EXPIRY', DAY_AFTER_RENEWAL: 'DAY_AFTER_RENEWAL' } as const;
registerEnumType(CycleHoursFrom, {
  name: 'CycleHoursFrom',
  description: 'From when hours count for the next cycle.',
  valuesConfig: {
    EXPIRY: { description: 'From the end of the cycle, however early it was renewed.' },
    DAY_AFTER_RENEWAL: { description: 'From the day after the renewal, when that is sooner.' },
  },
});

@InputType({ description: 'Hours that count at least from some of the courses of a cycle.' })
export class CreditFloorInput {
  @Field(() => [String], { description: 'These courses.' })
  courseCodes: string[];
  @Field(() => FloatScalar, { description: 'At least so many hours.' })
  min: number;
}

@InputType({ description: 'Hours that count at most from some of the courses of a cycle.' })
export class CycleCapInput {
  @Field(() => [String], {
    description: 'These courses. Caps lie within one another or apart, and wholly in a floor or outside.',
  })
  courseCodes: string[];
  @Field(() => FloatScalar, { description: 'At most so many hours.' })
  max: number;
}

@InputType({ description: 'Hours beyond what a cycle asks for that count for the next one; the latest first, each hour once.' })
export class CarryOverInput {
  @Field(() => FloatScalar, { description: 'At most so many hours, fewer than a cycle asks for.' })
  max: number;
  @Field(() => DurationScalar, { nullable: true, description: 'Only hours earned so long before the end of the cycle.' })
  earnedWithin?: string | null;
  @Field(() => [String], { nullable: true, description: 'Only hours of these courses.' })
  courseCodes?: string[] | null;
}

@InputType({
  description:
    'Credit hours that renew a holding, however early, from its expiry: a cycle lasts from an award to its end, the next one follows that end. After the end, hours make up for what is missing as long as the renewal policy takes a renewal (grace with backdate, or reinstateWithin).',
})
export class CreditCycleInput {
  @Field(() => [String], { description: 'Hours of these courses.' })
  courseCodes: string[];
  @Field(() => FloatScalar, { description: 'At least so many hours over all.' })
  min: number;
  @Field(() => [CreditFloorInput], { nullable: true, description: 'Of them at least so many from some of the courses.' })
  floors?: CreditFloorInput[] | null;
  @Field(() => [CycleCapInput], {
    nullable: true,
    description: 'At most so many from some of the courses count, the first earned.',
  })
  caps?: CycleCapInput[] | null;
  @Field(() => FloatScalar, { nullable: true, description: 'A completion of fewer hours does not count.' })
  leastBlock?: number | null;
  @Field(() => CarryOverInput, { nullable: true, description: 'What counts for the next cycle. Absent: nothing.' })
  carryOver?: CarryOverInput | null;
  @Field(() => DurationScalar, {
    nullable: true,
    description:
      'How long after the end hours earned before it may be reported; they renew from the end. Absent: whenever, from when they were earned.',
  })
  reportWithin?: string | null;
  @Field(() => DurationScalar, {
    nullable: true,
    description: 'Only hours earned so long before the end count. Absent: all since the cycle began.',
  })
  length?: string | null;
  @Field(() => CycleHoursFrom, { nullable: true, description: 'From when hours count for the next cycle; absent: its begin.' })
  nextFrom?: keyof typeof CycleHoursFrom | null;
}
