import { isTraceId, readRequestId, readTraceparent, traceparent } from './trace-context';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it('is read as the specification writes it, also of a later version', () => {
    const found = { traceId: TRACE, spanId: SPAN };
    expect(readTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual(found);
    expect(readTraceparent(` 00-${TRACE}-${SPAN}-00 `)).toEqual(found);
    expect(readTraceparent(`01-${TRACE}-${SPAN}-01-more`)).toEqual(found);
    expect(readTraceparent(traceparent(found))).toEqual(found);
  });

  it.each([
    undefined,
    '',
    7,
    [`00-${TRACE}-${SPAN}-01`],
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n{"level":"error"}`,
  ])('that is none is not taken: %j', (header) => {
    expect(readTraceparent(header)).toBeNull();
  });

  it('has an id of 32 hex digits', () => {
    expect([TRACE, '0'.repeat(32), 'x', `${TRACE}0`].map(isTraceId)).toEqual([true, false, false, false]);
  });
});

describe('a request id', () => {
  it.each([TRACE, TRACE.toUpperCase(), '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'])('that is one of a trace is taken: %s', (id) => {
    expect(readRequestId(id)).toBe(TRACE);
  });

  it.each([
    undefined,
    [TRACE],
    '',
    'order 66',
    TRACE.slice(1),
    `${TRACE}0`,
    '0'.repeat(32),
    '4bf92f35-77b34da6a3ce929d0e0e4736',
    `${TRACE}\n`,
  ])('that is none is not: %j', (id) => expect(readRequestId(id)).toBeNull());
});
