import { Context } from '../../src/platform/context';

describe('the position a request answers for', () => {
  const contextAt = (position: number) => {
    let opened = 0;
    const open = async () => {
      opened += 1;
      return { db: { query: () => Promise.reject(new Error('nothing to ask')) }, position, close: async () => undefined };
    };
    const context = new Context({ id: 'key:test', scopes: new Set() }, { now: () => 0 }, open);
    return { context, opened: () => opened };
  };

  it('is that of its snapshot, which is opened for it if nothing was read', async () => {
    const { context, opened } = contextAt(7);
    expect([await context.position(), opened()]).toEqual([7, 1]);
  });

  it('is where the log stood at the earliest of all its reads, also of those outside the snapshot', async () => {
    const { context, opened } = contextAt(7);
    context.readAt(5);
    context.readAt(6);
    expect([await context.position(), opened()]).toEqual([5, 0]);
    await context.db();
    expect(await context.position()).toBe(5);
    const later = contextAt(3).context;
    await later.db();
    later.readAt(5);
    expect(await later.position()).toBe(3);
  });

  it('is asked for no more once the answer is given, and nothing is opened for it', async () => {
    const { context, opened } = contextAt(7);
    await context.db();
    await context.end();
    await expect(context.db()).rejects.toThrow('over');
    expect(opened()).toBe(1);
  });
});
