import { Gate } from './gate';

it('a gate lets so many through at once, in order, and goes on after a failure', async () => {
  const gate = new Gate(2);
  let inside = 0;
  let most = 0;
  const order: number[] = [];
  const work = (n: number) =>
    gate.pass(async () => {
      order.push(n);
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 2));
      inside -= 1;
      if (n === 1) throw new Error('failed');
      return n;
    });
  const settled = await Promise.allSettled(Array.from({ length: 7 }, (_, n) => work(n)));
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', ...Array.from({ length: 5 }, () => 'fulfilled')]);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect([most, inside]).toEqual([2, 0]);
});
